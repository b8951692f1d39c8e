"""What whoever runs Remit does with it now and then: back up, restore, rotate, upgrade."""

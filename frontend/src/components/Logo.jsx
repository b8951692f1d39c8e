/** The mark and the name. */

export function Logo() {
  return (
    <span className="logo">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="9" className="logo-ground" />
        <path d="M9 10h14M9 16h6M15.5 21.5l3 3 6-7" className="logo-lines" />
      </svg>
      <span>Remit</span>
    </span>
  );
}

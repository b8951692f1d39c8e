/** Stands for every stylesheet: what a test sees is structure and text. */

export default "";

/** What shortcuts and other parts of the page focus. */

/** The text field. */
export const COMPOSER_ID = "composer";
export const EMOJI_ID = "composer-emoji";
export const ATTACH_ID = "composer-attach";
/** The button that hands the conversation over. */
export const HAND_OVER_ID = "hand-over";
export const CHOICES_ID = "composer-choices";
export const LATER_ID = "composer-later";

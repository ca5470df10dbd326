// Sends the form of the page at once, as the answer of an LTI platform does. Without this script its button does.
document.querySelector("form[data-submit]").requestSubmit();

// Preact and htm under one import: pages are functions that return html`...`.
import {h, Fragment, render} from './vendor/preact.js';
import htm from './vendor/htm.js';

export {Fragment, render};
export {useCallback, useEffect, useMemo, useReducer, useRef, useState} from './vendor/preact-hooks.js';
export const html = htm.bind(h);

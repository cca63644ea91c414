/** The addon's sources that include Node's headers, and what includes them. All others are plain C++. */
export const NODE_FILES = ['native/src/addon.cc', 'native/src/live_capture.cc'];

/** Single-channel pictures and their filters, shared by annotators and pose decoders. */
package org.diffsynth.annotator.internal;

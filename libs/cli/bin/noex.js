#!/usr/bin/env node
// Outside dist, so that npm can link it before anything is built.
import '../dist/main.js';

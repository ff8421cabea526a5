import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { root } from "./parts.ts";

bundle(join(root, "dist"));

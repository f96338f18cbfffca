// The Lambda entry: API Gateway events in (payload formats 1.0 and 2.0), API Gateway responses out.
const serverless = require("serverless-http");
const app = require("./app");

exports.handler = serverless(app, { binary: ["image/*"] });

// An ordinary Express application: nothing here knows of Lambda. `node server.js` serves it on a port.
const express = require("express");

const books = new Map([
  ["1", { id: "1", title: "The Odyssey", year: -700 }],
  ["2", { id: "2", title: "Middlemarch", year: 1871 }],
]);

const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "1mb" }));
app.use(express.urlencoded({ extended: false }));

app.use((request, response, next) => {
  response.set("X-Served-By", "express-node");
  console.log(`${request.method} ${request.originalUrl}`);
  next();
});

app.get("/", (request, response) => {
  response.type("html").send("<h1>Books</h1>");
});

app.get("/books", (request, response) => {
  const before = Number(request.query.before ?? Infinity);
  response.json([...books.values()].filter((book) => book.year < before));
});

app.get("/books/:id", (request, response) => {
  const book = books.get(request.params.id);
  if (!book) return response.status(404).json({ error: `no book ${request.params.id}` });
  response.set("Cache-Control", "max-age=60").json(book);
});

app.post("/books", (request, response) => {
  const { title, year } = request.body ?? {};
  if (typeof title !== "string" || !Number.isInteger(year))
    return response.status(400).json({ error: "title (text) and year (whole number) are needed" });
  // Nothing is stored: environments come and go, and a function that remembers in memory misleads its reader.
  response.status(201).location(`/books/${books.size + 1}`).json({ id: String(books.size + 1), title, year });
});

app.post("/form", (request, response) => {
  response.json({ received: request.body });
});

app.get("/headers", (request, response) => {
  response
    .cookie("first", "1")
    .cookie("second", "2")
    .json({ agent: request.get("user-agent"), custom: request.get("x-custom") ?? null });
});

app.get("/pixel.png", (request, response) => {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  response.type("png").send(Buffer.from(png, "base64"));
});

app.get("/boom", () => {
  throw new Error("thrown by a route");
});

app.use((request, response) => {
  response.status(404).json({ error: `no route ${request.method} ${request.path}` });
});

// Express knows an error handler by its four parameters.
app.use((error, request, response, next) => {
  console.error(error.message);
  response.status(error.status ?? 500).json({ error: error.message });
});

module.exports = app;

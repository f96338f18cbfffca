// The same application as a plain server, to compare with: PORT=3000 node server.js
const app = require("./app");

const port = Number(process.env.PORT ?? 3000);
app.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/books`));

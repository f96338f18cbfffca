namespace Hearth.Node.Storage;

/// <summary>What the tables' definitions call the same thing in each database.</summary>
/// <param name="Name">A text whose order is that of its bytes, as AWS lists names.</param>
/// <param name="Counter">A primary key that counts by itself.</param>
/// <param name="JsonMember">The text of a member of a column's JSON object: <c>{0}</c> the column, <c>{1}</c> the member.</param>
internal sealed record SqlDialect(string Name, string Counter, string Bytes, string JsonMember)
{
    public static readonly SqlDialect Sqlite = new("VARCHAR(64)", "INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB", "json_extract({0}, '$.{1}')");

    public static readonly SqlDialect Postgres = new("VARCHAR(64) COLLATE \"C\"", "BIGSERIAL PRIMARY KEY", "BYTEA", "({0}::json ->> '{1}')");
}

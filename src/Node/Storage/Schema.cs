using System.Globalization;

namespace Hearth.Node.Storage;

/// <summary>
/// The tables of all databases, as the steps from each version to the next. A step that has been released is never changed:
/// another is added.
/// </summary>
internal static class Schema
{
    public const int Version = 3;

    /// <summary>What brings tables of <paramref name="version"/>, 0 for none, to <see cref="Version"/>.</summary>
    public static IEnumerable<string> Statements(int version, SqlDialect dialect) =>
    [
        .. version < 1 ? Catalogue(dialect) : [],
        .. version < 2 ? [.. CatalogueColumns(dialect), .. Journal(dialect)] : Array.Empty<string>(),
        .. version < 3 ? Packages(dialect) : [],
    ];

    private static string[] Catalogue(SqlDialect dialect) =>
    [
        $"""
        CREATE TABLE hearth_functions (
          name {dialect.Name} NOT NULL PRIMARY KEY,
          sequence_number BIGINT NOT NULL,
          deleted BOOLEAN NOT NULL,
          code_sha256 VARCHAR(64) NOT NULL,
          code_bytes BIGINT NOT NULL,
          configuration TEXT NOT NULL)
        """,
    ];

    // What is asked of the configuration beside lists.
    private static string[] CatalogueColumns(SqlDialect dialect) =>
    [
        "ALTER TABLE hearth_functions ADD COLUMN runtime VARCHAR(64)",
        "ALTER TABLE hearth_functions ADD COLUMN memory_mib INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hearth_functions ADD COLUMN is_updating BOOLEAN NOT NULL DEFAULT FALSE",
        $"""
        UPDATE hearth_functions SET
          runtime = {Member(dialect, "Runtime")},
          memory_mib = CAST({Member(dialect, "MemorySize")} AS INTEGER),
          is_updating = COALESCE({Member(dialect, "LastUpdateStatus")} = 'InProgress', FALSE)
        WHERE configuration <> ''
        """,
    ];

    // Akka.Persistence.Sql's, as it would make them itself: several nodes that start at once must not.
    private static string[] Journal(SqlDialect dialect) =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS journal (
          ordering {dialect.Counter},
          created BIGINT NOT NULL,
          deleted BOOLEAN NOT NULL,
          persistence_id VARCHAR(255) NOT NULL,
          sequence_number BIGINT NOT NULL,
          message {dialect.Bytes} NOT NULL,
          manifest VARCHAR(500),
          identifier INTEGER,
          writer_uuid VARCHAR(128))
        """,
        "CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number)",
        "CREATE INDEX IF NOT EXISTS journal_created_idx ON journal (created)",
        "CREATE INDEX IF NOT EXISTS journal_sequence_number_idx ON journal (sequence_number)",
        """
        CREATE TABLE IF NOT EXISTS tags (
          ordering_id BIGINT NOT NULL,
          tag VARCHAR(64) NOT NULL,
          sequence_nr BIGINT NOT NULL,
          persistence_id VARCHAR(255) NOT NULL,
          PRIMARY KEY (ordering_id, tag))
        """,
        "CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr)",
        "CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag)",
        $"""
        CREATE TABLE IF NOT EXISTS snapshot (
          persistence_id VARCHAR(255) NOT NULL,
          sequence_number BIGINT NOT NULL,
          created BIGINT NOT NULL,
          snapshot {dialect.Bytes},
          manifest VARCHAR(500),
          serializer_id INTEGER,
          PRIMARY KEY (persistence_id, sequence_number))
        """,
        "CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot (sequence_number)",
        "CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot (created)",
    ];

    // Zips by content, for the nodes of a cluster to fetch from each other: in parts, so that none is held as a whole by the database.
    private static string[] Packages(SqlDialect dialect) =>
    [
        """
        CREATE TABLE hearth_packages (
          sha256 VARCHAR(64) NOT NULL PRIMARY KEY,
          size_bytes BIGINT NOT NULL,
          asked_at BIGINT NOT NULL)
        """,
        $"""
        CREATE TABLE hearth_package_parts (
          sha256 VARCHAR(64) NOT NULL REFERENCES hearth_packages (sha256) ON DELETE CASCADE,
          part INTEGER NOT NULL,
          bytes {dialect.Bytes} NOT NULL,
          PRIMARY KEY (sha256, part))
        """,
    ];

    private static string Member(SqlDialect dialect, string name) =>
        string.Format(CultureInfo.InvariantCulture, dialect.JsonMember, "configuration", name);
}

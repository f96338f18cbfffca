using LinqToDB;
using LinqToDB.Mapping;

namespace Hearth.Node.Storage;

/// <summary>One function's row in the catalogue.</summary>
[Table("hearth_functions")]
internal sealed class FunctionRow
{
    [PrimaryKey, Column("name", Length = 64, CanBeNull = false)]
    public string Name { get; set; } = "";

    [Column("sequence_number")]
    public long SequenceNumber { get; set; }

    [Column("deleted")]
    public bool Deleted { get; set; }

    /// <summary>The zip's SHA-256 in base64; empty once deleted.</summary>
    [Column("code_sha256", Length = 64, CanBeNull = false)]
    public string CodeSha256 { get; set; } = "";

    [Column("code_bytes")]
    public long CodeBytes { get; set; }

    /// <summary>The configuration as the API answers it, in JSON; empty once deleted.</summary>
    [Column("configuration", DataType = DataType.Text, CanBeNull = false)]
    public string Configuration { get; set; } = "";
}

using LinqToDB;
using LinqToDB.Mapping;

namespace Hearth.Node.Storage;

/// <summary>One function's row in the catalogue.</summary>
/// <remarks>The table itself is made by <see cref="Schema"/>.</remarks>
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

    /// <summary>As <c>python3.11</c>; null for container images and once deleted.</summary>
    [Column("runtime")]
    public string? Runtime { get; set; }

    /// <summary>The function's size; 0 once deleted.</summary>
    [Column("memory_mib")]
    public int MemoryMib { get; set; }

    /// <summary>Whether it runs other code than the row names, until an update is through.</summary>
    [Column("is_updating")]
    public bool IsUpdating { get; set; }
}

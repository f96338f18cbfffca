using Microsoft.AspNetCore.Http;

namespace OwnProgram;

public sealed record Item(string Name, string? Note, int Count);

public static class Plain
{
    public static Item Double(Item item) => item with { Count = item.Count * 2 };

    public static string? Web(string path) => new PathString(path).Add("/x").Value;
}

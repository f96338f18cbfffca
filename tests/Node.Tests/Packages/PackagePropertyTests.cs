#pragma warning disable CA1416 // The node runs on Linux and macOS alone.

using System.IO.Compression;
using CsCheck;
using IoFile = System.IO.File;

namespace Hearth.Node.Tests.Packages;

public sealed class PackagePropertyTests : PackageFolder
{
    private static readonly Gen<string> GenName = Gen.OneOf(Gen.Char["abAB.-_ é日"].Array[1, 4].Select(letters => new string(letters)), Gen.Const("..."))
        .Where(name => name is not ("." or ".."));

    private static readonly Gen<Node> GenTree = Gen.Recursive<Node>((depth, child) =>
        depth > 3 ? GenLeaf : Gen.Frequency((2, GenLeaf), (3, GenFolder(child))));

    private static Gen<Node> GenLeaf => Gen.OneOf(
        Gen.Select(Gen.Byte.Array[0, 2_000], Gen.Int[0, 0x1FF], (content, mode) => (Node)new FileNode(content, mode)),
        GenName.Select(target => (Node)new LinkNode(target)));

    [Fact]
    public async Task Any_tree_comes_back_as_it_was_zipped() =>
        await GenFolder(GenTree).Where(tree => Paths(tree).Any()).SampleAsync(async tree =>
        {
            var expected = Paths(tree).ToDictionary(path => path.Path, path => path.Node);
            RemoveCircles(expected);
            var folder = await ExtractAsync(Zip(expected));
            var found = Walk(folder).Select(path => path[(folder.Length + 1)..]).Order(StringComparer.Ordinal);
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found);
            foreach (var (path, node) in expected)
                AssertSame($"{folder}/{path}", node);
        }, iter: 100);

    /// <summary>Everything below a folder; unlike the framework's own recursion, not through links.</summary>
    private static IEnumerable<string> Walk(string folder) => new DirectoryInfo(folder).EnumerateFileSystemInfos()
        .SelectMany(item => item is DirectoryInfo && item.LinkTarget is null ? Walk(item.FullName).Prepend(item.FullName) : [item.FullName]);

    private static Gen<Node> GenFolder(Gen<Node> child) =>
        Gen.Select(GenName, child).Array[0, 5].Select(children => (Node)new FolderNode(children.DistinctBy(item => item.Item1).ToDictionary(item => item.Item1, item => item.Item2)));

    private static IEnumerable<(string Path, Node Node)> Paths(Node node, string below = "")
    {
        if (node is not FolderNode folder)
            yield break;
        foreach (var (name, child) in folder.Children)
        {
            yield return (below + name, child);
            foreach (var deeper in Paths(child, below + name + "/"))
                yield return deeper;
        }
    }

    /// <summary>Links point at a name beside them; some of those are links again. A circle is refused by rule, so it is broken here.</summary>
    private static void RemoveCircles(Dictionary<string, Node> tree)
    {
        foreach (var path in tree.Keys.ToArray())
        {
            var seen = new HashSet<string> { path };
            for (var at = path; tree[at] is LinkNode link;)
            {
                at = at[..(at.LastIndexOf('/') + 1)] + link.Target;
                if (!tree.ContainsKey(at))
                    break;
                if (!seen.Add(at))
                    tree[path] = new FileNode([], 0x1A4);
                if (tree[path] is FileNode)
                    break;
            }
        }
    }

    private static byte[] Zip(Dictionary<string, Node> tree)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (path, node) in tree)
            {
                var entry = zip.CreateEntry(node is FolderNode ? path + "/" : path);
                var (mode, content) = node switch
                {
                    FileNode file => (0x8000 | file.Mode, file.Content),
                    LinkNode link => (0xA1FF, System.Text.Encoding.UTF8.GetBytes(link.Target)),
                    _ => (0x41ED, []),
                };
                entry.ExternalAttributes = mode << 16;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static void AssertSame(string path, Node node)
    {
        switch (node)
        {
            case FileNode file:
                Assert.Equal(file.Content, IoFile.ReadAllBytes(path));
                Assert.Equal((UnixFileMode)file.Mode, IoFile.GetUnixFileMode(path));
                break;
            case LinkNode link:
                Assert.Equal(link.Target, new FileInfo(path).LinkTarget);
                break;
            default:
                Assert.True(Directory.Exists(path));
                break;
        }
    }

    internal abstract record Node;

    internal sealed record FileNode(byte[] Content, int Mode) : Node;

    internal sealed record LinkNode(string Target) : Node;

    internal sealed record FolderNode(Dictionary<string, Node> Children) : Node;
}

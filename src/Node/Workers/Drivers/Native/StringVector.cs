using System.Runtime.InteropServices;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>A null-terminated array of C strings, as <c>argv</c> and <c>environ</c> are.</summary>
internal sealed unsafe class StringVector : IDisposable
{
    private readonly nint* _entries;
    private readonly int _count;

    public StringVector(IEnumerable<string> strings)
    {
        var all = strings.ToArray();
        _count = all.Length;
        _entries = (nint*)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(nint));
        for (var i = 0; i < _count; i++)
            _entries[i] = Marshal.StringToCoTaskMemUTF8(all[i]);
    }

    public nint Pointer => (nint)_entries;

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
            Marshal.FreeCoTaskMem(_entries[i]);
        NativeMemory.Free(_entries);
    }
}

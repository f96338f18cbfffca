using Hearth.Node.Workers.Drivers.Container.Volumes;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>One environment's /tmp, and the range of ids its files belong to: kept together, as a new range could not read them.</summary>
/// <param name="Folder">Where it is mounted.</param>
internal sealed record Scratch(string Folder, uint FirstId);

/// <summary>Makes each environment's /tmp, and keeps it while the environment's sandbox is replaced by another.</summary>
internal sealed class ScratchStore(ContainerPaths paths, IVolumes volumes)
{
    private readonly SubordinateIds _ids = new(paths.Instance);
    private readonly Dictionary<string, Held> _scratches = [];

    /// <summary>The kept one, or a new and empty one. It then belongs to <paramref name="owner"/>.</summary>
    /// <param name="folder">Where a new one is to be mounted.</param>
    public Scratch Take(string sandbox, string folder, int sizeMib, object owner)
    {
        while (true)
        {
            var held = FindOrAdd(sandbox, () => new Held(new Scratch(folder, _ids.Take())));
            lock (held)
            {
                if (held.IsRemoved)
                    continue;
                held.Owner = owner;
                if (held.SizeMib is null)
                    Mount(held, sizeMib);
                return held.Scratch;
            }
        }
    }

    /// <summary>
    /// Gives a sandbox's /tmp to an environment. Where that one's size is another, an empty one is mounted over it, which reaches the
    /// sandbox if its own is a <see cref="BindMode.WritableSlave"/> of the folder.
    /// </summary>
    public void Assign(string sandbox, string environment, int sizeMib)
    {
        Held? held;
        lock (_scratches)
        {
            if (!_scratches.Remove(sandbox, out held))
                throw new SandboxStartException($"The sandbox {sandbox} has no /tmp any more.");
            _scratches.Add(environment, held);
        }

        lock (held)
            if (held.SizeMib != sizeMib)
                Mount(held, sizeMib);
    }

    /// <summary>No effect when the scratch has come to belong to a later owner.</summary>
    public void Remove(string sandbox, object owner)
    {
        Held? held;
        lock (_scratches)
            if (!_scratches.TryGetValue(sandbox, out held))
                return;

        // Not under the store's lock: what is still to be written out is, before the last mount goes.
        lock (held)
        {
            if (held.IsRemoved || held.Owner != owner)
                return;
            HostMounts.Unmount(held.Scratch.Folder);
            if (Directory.Exists(held.Scratch.Folder))
                Directory.Delete(held.Scratch.Folder); // Not recursive: were it still mounted, this fails and harms nothing.
            held.IsRemoved = true;
            lock (_scratches)
                _scratches.Remove(sandbox);
        }

        _ids.Return(held.Scratch.FirstId);
    }

    private Held FindOrAdd(string sandbox, Func<Held> make)
    {
        lock (_scratches)
            return _scratches.TryGetValue(sandbox, out var held) ? held : _scratches[sandbox] = make();
    }

    private void Mount(Held held, int sizeMib)
    {
        Directory.CreateDirectory(held.Scratch.Folder);
        volumes.Mount(held.Scratch.Folder, sizeMib, held.Scratch.FirstId);
        held.SizeMib = sizeMib;
    }

    /// <summary>Locked while it is mounted and unmounted.</summary>
    private sealed class Held(Scratch scratch)
    {
        public Scratch Scratch => scratch;

        public object? Owner { get; set; }

        /// <summary>Null before it is mounted.</summary>
        public int? SizeMib { get; set; }

        public bool IsRemoved { get; set; }
    }
}

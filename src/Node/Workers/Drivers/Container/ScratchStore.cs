namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>One environment's /tmp, and the range of ids its files belong to: kept together, as a new range could not read them.</summary>
internal sealed record Scratch(string Folder, uint FirstId);

/// <summary>Makes each environment's /tmp, and keeps it while the environment's sandbox is replaced by another.</summary>
internal sealed class ScratchStore(ContainerPaths paths)
{
    private readonly SubordinateIds _ids = new(paths.Instance);
    private readonly Dictionary<string, (Scratch Scratch, object Owner)> _scratches = [];

    /// <summary>The kept one, or a new and empty one. It then belongs to <paramref name="owner"/>.</summary>
    public Scratch Take(string sandbox, int sizeMib, object owner)
    {
        lock (_scratches)
        {
            if (_scratches.TryGetValue(sandbox, out var kept))
            {
                _scratches[sandbox] = (kept.Scratch, owner);
                return kept.Scratch;
            }

            var made = new Scratch(paths.Scratch(sandbox), _ids.Take());
            _scratches[sandbox] = (made, owner);
            Directory.CreateDirectory(made.Folder);
            HostMounts.MountScratch(made.Folder, sizeMib, made.FirstId);
            return made;
        }
    }

    /// <summary>Gives a sandbox's /tmp to an environment, at that environment's size.</summary>
    public void Assign(string sandbox, string environment, int sizeMib)
    {
        lock (_scratches)
        {
            if (!_scratches.Remove(sandbox, out var held))
                throw new SandboxStartException($"The sandbox {sandbox} has no /tmp any more.");
            _scratches.Add(environment, held);
            HostMounts.ResizeScratch(held.Scratch.Folder, sizeMib);
        }
    }

    /// <summary>No effect when the scratch has come to belong to a later owner.</summary>
    public void Remove(string sandbox, object owner)
    {
        lock (_scratches)
        {
            if (!_scratches.TryGetValue(sandbox, out var held) || held.Owner != owner)
                return;
            HostMounts.Unmount(held.Scratch.Folder);
            if (Directory.Exists(held.Scratch.Folder))
                Directory.Delete(held.Scratch.Folder); // Not recursive: were it still mounted, this fails and harms nothing.
            _ids.Return(held.Scratch.FirstId);
            _scratches.Remove(sandbox);
        }
    }
}

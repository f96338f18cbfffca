namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>What environments' /tmp are made of.</summary>
internal interface IVolumes
{
    /// <summary>
    /// Mounts a new and empty /tmp on a folder, where it hides what was mounted there before. It is anybody's to write;
    /// no program in it has privileges and no device in it opens. It ends, and what it took is free again, when it has been unmounted.
    /// Takes a millisecond or two, and once a size some 30 ms; blocks meanwhile.
    /// </summary>
    /// <param name="owner">This machine's user and group id for root inside the sandbox.</param>
    /// <exception cref="IOException">It could not be made; nothing of it is left.</exception>
    void Mount(string folder, int sizeMib, uint owner);

    /// <summary>Removes what a node that was killed left beside its mounts. Of those that are in use nothing is touched.</summary>
    void Sweep();
}

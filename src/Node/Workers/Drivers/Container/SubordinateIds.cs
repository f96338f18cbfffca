using System.Globalization;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// Gives each sandbox a range of 65,536 user and group ids of this machine that no other sandbox has, so that a
/// process that got out of one would be nobody to the files and processes of another.
/// Ranges start at 200,000. Each instance begins its search at a place drawn from its name, among some 63,000, so that
/// two nodes on one machine are unlikely to meet.
/// </summary>
internal sealed class SubordinateIds(string instance)
{
    public const uint RangeSize = 65_536;

    private const uint First = 200_000;
    private const int Ranges = 63_000;

    private readonly int _start = (int)(uint.Parse(instance, NumberStyles.HexNumber) % Ranges);
    private readonly HashSet<int> _taken = [];

    /// <returns>The first id of the range: root inside the sandbox.</returns>
    public uint Take()
    {
        lock (_taken)
        {
            for (var i = 0; i < Ranges; i++)
            {
                var range = (_start + i) % Ranges;
                if (_taken.Add(range))
                    return First + ((uint)range * RangeSize);
            }
        }

        throw new SandboxStartException($"All {Ranges} ranges of user ids are in use.");
    }

    public void Return(uint first)
    {
        lock (_taken)
            _taken.Remove((int)((first - First) / RangeSize));
    }
}

using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>The compiled filter, executed here as the kernel would, against the rules it was compiled from.</summary>
public sealed class SeccompProgramTests
{
    private const uint Allow = 0x7fff0000, NoPermission = 0x00050001, NoSystemCall = 0x00050026, Kill = 0x80000000, X64 = 0xc000003e;

    private static readonly IReadOnlyDictionary<string, int> Numbers = SystemCalls.AskedOf(OwnLauncher.DefaultProgram);
    private static readonly IReadOnlyList<SeccompProgram.Instruction> Program = SeccompProgram.Instructions(SeccompProfile.Rules, Numbers);

    [Fact]
    public void Every_name_of_the_profile_has_a_number() =>
        Assert.DoesNotContain(SeccompProfile.Rules.SelectMany(rule => rule.Names), name => !Numbers.ContainsKey(name));

    [Fact]
    public void Every_number_has_the_answer_of_its_rules()
    {
        var values = (ulong[])[0, 1, 2, 9, 10, 16, 17, 0xffffffff, 0x100000001, ulong.MaxValue, 0x10000000, 0x01200011];
        var names = Numbers.ToLookup(entry => entry.Value, entry => entry.Key);
        foreach (var number in Enumerable.Range(0, 600))
            foreach (var first in values)
                foreach (var third in (ulong[])[0, 9, 1UL << 32])
                    Assert.Equal((number, first, third, Expected(names[number], number, [first, 0, third])), (number, first, third, Execute((uint)number, [first, 0, third])));
    }

    [Theory]
    [InlineData(0x3fffffff, NoSystemCall)]
    [InlineData(0x40000003, Kill)] // x32's close
    [InlineData(uint.MaxValue, Kill)]
    public void Numbers_of_other_worlds_are_refused(uint number, uint answer) => Assert.Equal(answer, Execute(number, [0, 0, 0]));

    [Fact]
    public void Another_architecture_is_killed() => Assert.Equal(Kill, Execute(0, [0, 0, 0], architecture: 0x40000003));

    [Fact]
    public void The_kernel_takes_eight_bytes_an_instruction()
    {
        var bytes = SeccompProgram.Compile(SeccompProfile.Rules, Numbers);
        Assert.Equal(Program.Count * 8, bytes.Length);
        Assert.Equal([0x20, 0, 0, 0, 4, 0, 0, 0, 0x15, 0, 1, 0, 0x3e, 0, 0, 0xc0], bytes[..16]);
    }

    private static uint Expected(IEnumerable<string> names, int number, ulong[] arguments)
    {
        var rules = SeccompProfile.Rules.Where(rule => rule.Names.Intersect(names).Any()).ToList();
        if (number > SeccompProfile.Rules.SelectMany(rule => rule.Names).Max(name => Numbers[name]))
            return NoSystemCall;
        var met = rules.Find(rule => (rule.Conditions ?? []).All(condition => (arguments[condition.Argument] & (condition.Mask ?? ulong.MaxValue)) == condition.Value));
        return met is null ? NoPermission : met.Error is { } error ? 0x00050000 | (uint)error : Allow;
    }

    private static uint Execute(uint number, ulong[] arguments, uint architecture = X64)
    {
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var (code, value, ifTrue, ifFalse) = Program[at];
            switch (code)
            {
                case 0x20:
                    accumulator = value switch { 0 => number, 4 => architecture, _ => (uint)(arguments[(value - 16) / 8] >> (value % 8 == 4 ? 32 : 0)) };
                    break;
                case 0x54:
                    accumulator &= value;
                    break;
                case 0x15:
                    at += accumulator == value ? ifTrue : ifFalse;
                    break;
                case 0x35:
                    at += accumulator >= value ? ifTrue : ifFalse;
                    break;
                default:
                    return value;
            }
        }
    }
}

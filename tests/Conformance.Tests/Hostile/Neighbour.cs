using Conformance.Tests.Functions;

namespace Conformance.Tests.Hostile;

/// <summary>
/// A function beside the hostile one. Each answer must have its variable, its file in /tmp and one more call than the one before:
/// it was neither changed nor started anew.
/// </summary>
internal sealed class Neighbour(TestFunction function)
{
    private int _calls;

    public TestFunction Function => function;

    public int Calls => _calls;

    /// <summary>Of its environment.</summary>
    public static string Value { get; } = $"neighbour-{Guid.NewGuid():N}";

    public string LastRequestId { get; private set; } = "";

    /// <summary>Everything that its callers got of its log.</summary>
    public List<string> Tails { get; } = [];

    public async Task AssertUntouchedAsync()
    {
        var answer = (await function.InvokeTailedAsync("""{"attack":"serve"}""")).AssertSucceeded();
        Assert.Equal($"\"{Value} {Value} {++_calls}\"", answer.Text);
        LastRequestId = answer.RequestId;
        Tails.Add(answer.LogTail);
    }

    /// <summary>Calls it again and again until <paramref name="attack"/> is over.</summary>
    public async Task AssertUntouchedDuringAsync(Task attack)
    {
        do
        {
            await AssertUntouchedAsync();
            await Task.WhenAny(attack, Task.Delay(Pause));
        }
        while (!attack.IsCompleted);
    }

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
}

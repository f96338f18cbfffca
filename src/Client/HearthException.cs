namespace Hearth.Client;

/// <summary>What every failure of a call derives from.</summary>
public abstract class HearthException : Exception
{
    private protected HearthException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

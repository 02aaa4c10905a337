using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds in the exchange what one stage found out: filled once, read by later stages; filling twice or reading too early is a fault.
/// </summary>
/// <remarks>A field of the exchange, never copied. Not thread-safe.</remarks>
/// <param name="stage">The stage that fills it, for the fault of whoever comes too early or twice.</param>
/// <typeparam name="T">What the stage found out.</typeparam>
internal struct Shelf<T>(string stage)
    where T : struct
{
    private T _value;

    /// <summary>Whether its stage has come to it yet.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>What is on it.</summary>
    /// <exception cref="InvalidOperationException">Its stage has not run, or has refused.</exception>
    [UnscopedRef]
    public readonly ref readonly T Value
    {
        get
        {
            if (!IsFilled)
            {
                throw new InvalidOperationException($"{stage} has not filled its shelf.");
            }

            return ref _value;
        }
    }

    /// <summary>Puts it there, once.</summary>
    /// <exception cref="InvalidOperationException">There is something on it.</exception>
    public void Fill(in T value)
    {
        if (IsFilled)
        {
            throw new InvalidOperationException($"{stage} has filled its shelf already.");
        }

        _value = value;
        IsFilled = true;
    }

    /// <summary>Puts another in the place of what is on it: what was found out was found out anew.</summary>
    /// <exception cref="InvalidOperationException">There is nothing on it.</exception>
    public void Refill(in T value)
    {
        if (!IsFilled)
        {
            throw new InvalidOperationException($"{stage} has not filled its shelf.");
        }

        _value = value;
    }
}

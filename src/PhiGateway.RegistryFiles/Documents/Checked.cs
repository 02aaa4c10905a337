using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>A value that was read, or why it could not be; exactly one of them. The admin API and the command line put it in their words.</summary>
/// <typeparam name="T">What is read.</typeparam>
public readonly record struct Checked<T>
    where T : class
{
    private Checked(T? value, DocumentRefusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>What was read; null when it was refused.</summary>
    public T? Value { get; }

    /// <summary>Why it was refused; null when it was read.</summary>
    public DocumentRefusal? Refusal { get; }

    /// <summary>A value that was read; needed where its type is an interface, which C# does not convert by itself.</summary>
    public static Checked<T> From(T value) => new(value, null);

    /// <summary>A value that was read.</summary>
    public static implicit operator Checked<T>(T value) => new(value, null);

    /// <summary>Why it was not.</summary>
    public static implicit operator Checked<T>(DocumentRefusal refusal) => new(null, refusal);

    /// <summary>Splits it into the refusal and the value.</summary>
    public bool Failed([NotNullWhen(true)] out DocumentRefusal? refusal, [NotNullWhen(false)] out T? value)
    {
        refusal = Refusal;
        value = Value;
        return refusal is not null;
    }
}

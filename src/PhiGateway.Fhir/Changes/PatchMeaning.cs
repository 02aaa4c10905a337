using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// What a patch means, read once when the request is understood: judged by what it touches, and applied here over the stored version where
/// that can be done exactly.
/// </summary>
/// <remarks>Immutable; may be applied many times.</remarks>
public abstract class PatchMeaning
{
    /// <summary>Top-level elements that it reads or changes, without a leading underscore, in ordinal order.</summary>
    public abstract IReadOnlyList<string> Touched { get; }

    /// <summary>
    /// Whether it can fail by what is stored: by a value that it tests, or an element that must be there, or must not; its success then tells
    /// of it.
    /// </summary>
    public virtual bool Tests => false;

    /// <summary>
    /// Whether the gateway applies it: the result is then judged like the body of an update, and sent as one. Otherwise it goes upstream as
    /// <see cref="Rewritten"/>, and whatever lies near a label or an owner counts as touched.
    /// </summary>
    public virtual bool IsAppliedHere => true;

    /// <summary>
    /// Whether it takes values of the stored version from one place to another: what those are, nobody but who applies it sees.
    /// </summary>
    public virtual bool Carries => false;

    /// <summary>
    /// How much memory the values may take that it copies within a version of so many bytes; 0 where it copies none.
    /// </summary>
    /// <param name="stored">Bytes of the stored version.</param>
    public virtual long MostCopied(int stored) => 0;

    /// <summary>
    /// The patch written anew from what was understood, for an upstream to apply; where it is applied here, for one that takes no updates.
    /// </summary>
    public abstract ReadOnlyMemory<byte> Rewritten { get; }

    /// <summary>The media type of <see cref="Rewritten"/>.</summary>
    public abstract string MediaType { get; }

    /// <summary>The search parameters whose values it may change where the upstream applies it.</summary>
    /// <param name="type">The type of what it changes.</param>
    public IReadOnlyList<string> Unsettled(ResourceType type) => UnsettledParameters.Of(type, Touched);

    /// <summary>Applies it.</summary>
    /// <param name="stored">The stored version: strict JSON, one object.</param>
    /// <param name="most">The most bytes that the result may have, and that may be copied on the way.</param>
    /// <param name="result">The resource as it would be; numbers keep their digits, members their order.</param>
    public abstract PatchOutcome Apply(ReadOnlySpan<byte> stored, int most, out byte[] result);
}

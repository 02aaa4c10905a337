namespace PhiGateway.Identity.Assertions;

/// <summary>A client's assertion whose signature holds and that was not used before (RFC 7523, SMART Backend Services).</summary>
/// <param name="ClientId"><c>iss</c> and <c>sub</c>.</param>
/// <param name="Purposes">What <c>extensions.hl7-b2b.purpose_of_use</c> says, as it says it; empty: nothing.</param>
/// <param name="Key">RFC 7638 thumbprint of the key that signed it.</param>
public sealed record ClaimedAssertion(string ClientId, IReadOnlyList<string> Purposes, string Key);

/// <summary>What checking an assertion came to.</summary>
/// <param name="Assertion">Set exactly when it is good.</param>
/// <param name="Flaw">Which check failed, for the record; never told to the client.</param>
/// <param name="IsUnavailable">Whether it could not be checked at the moment.</param>
public readonly record struct AssertionCheck(ClaimedAssertion? Assertion, string? Flaw, bool IsUnavailable = false)
{
    /// <summary>What is told of an assertion whose client has no room at the moment; its one use was not taken.</summary>
    public const string NoRoom = "assertion:no-room";

    /// <summary>What is told of an assertion that no key of its client signed, as far as anybody can say.</summary>
    public const string NotSigned = "assertion:signature";

    /// <summary>Whether its signature was verified by some key of the client, and did not hold: that has cost something.</summary>
    public bool IsFalse { get; init; }

    /// <summary>What is told of an assertion that had been used before; its signature held.</summary>
    public const string Replayed = "assertion:replayed";
}

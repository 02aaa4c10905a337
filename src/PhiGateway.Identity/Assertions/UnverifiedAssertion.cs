using PhiGateway.Identity.Tokens;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// A client's assertion that was read once, in the one way in which it can be read, and of which nothing is believed yet; made by
/// <see cref="ClientAssertions.Read"/>, checked by <see cref="ClientAssertions.CheckAsync"/>.
/// </summary>
public sealed class UnverifiedAssertion : IDisposable
{
    internal UnverifiedAssertion(string client, string compact, TokenText text) => (Client, Compact, Text) = (client, compact, text);

    /// <summary>Whom it is said to be of: <c>iss</c> and <c>sub</c>.</summary>
    public string Client { get; }

    /// <summary>As it was sent.</summary>
    internal string Compact { get; }

    /// <summary>Its parts.</summary>
    internal TokenText Text { get; }

    /// <inheritdoc/>
    public void Dispose() => Text.Dispose();
}

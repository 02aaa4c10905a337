using System.Globalization;

namespace PhiGateway.Watch.Feed;

/// <summary>Names the chain of actors of a record (RFC 8693 <c>act</c>), by which detection tells apart through whom a client calls.</summary>
internal static class ActorChain
{
    /// <summary>Nobody acts between the client and whom the token is about.</summary>
    public const string Alone = "alone";

    /// <summary>Such as <c>2 00c3…</c>: how many, and a hash of who and in which order. Names of actors may be those of people.</summary>
    public static string Of(IReadOnlyList<string> actors) =>
        actors.Count == 0
            ? Alone
            : string.Create(CultureInfo.InvariantCulture, $"{actors.Count} {StableHash.Of(string.Join('\n', actors)):x16}");

    /// <summary>How many actors are in one.</summary>
    public static string DepthOf(string chain) => chain == Alone ? "0" : chain.Split(' ')[0];
}

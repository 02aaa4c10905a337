using System.Net;
using System.Net.Sockets;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Registry;

/// <summary>
/// Which requests of strangers are meant: what is null narrows nothing. Made by the control plane out of what a person asked for, applied by
/// the store over all of them.
/// </summary>
public sealed record RegistrationFilter
{
    // A request of IPv6 is kept by its /64: what is finer than that cannot be told apart.
    private const int PeerPrefix = 64;

    /// <summary>Only in this state.</summary>
    public RegistrationState? State { get; init; }

    /// <summary>Only from this network; <see cref="TryParseNetwork"/> reads one.</summary>
    public IPNetwork? Network { get; init; }

    /// <summary>Only with a software statement that was signed under exactly this URI.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Only of this form: <c>metadata</c>, <c>software-statement</c> or <c>client-id-metadata-document</c>.</summary>
    public string? Form { get; init; }

    /// <summary>Only those that came before this moment, UTC.</summary>
    public DateTimeOffset? ReceivedBefore { get; init; }

    /// <summary>Whether a network, a signer, a form or a moment was named: nobody declines without saying whom.</summary>
    public bool IsNarrow => Network is not null || SignedBy is not null || Form is not null || ReceivedBefore is not null;

    /// <summary>
    /// Reads an address, or a network in CIDR notation, in the form in which peers of requests are kept: an address of IPv6 stands for its /64.
    /// </summary>
    /// <param name="text">As it was typed.</param>
    /// <param name="network">The network.</param>
    /// <returns>False: it is neither, or finer than what is kept.</returns>
    public static bool TryParseNetwork(string? text, out IPNetwork network)
    {
        network = default;
        if (text is null)
        {
            return false;
        }

        if (text.Contains('/', StringComparison.Ordinal))
        {
            return NetworkRange.TryParse(text, out network)
                && !network.BaseAddress.IsIPv4MappedToIPv6
                && (network.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6 || network.PrefixLength <= PeerPrefix);
        }

        if (!NetworkRange.IsPlain(text) || !IPAddress.TryParse(text, out var written) || written.IsIPv4MappedToIPv6)
        {
            return false;
        }

        // "1" is an address to the parser, and to nobody who types one.
        var isLong = written.AddressFamily == AddressFamily.InterNetworkV6;
        network = isLong ? new IPNetwork(BaseOf(written), PeerPrefix) : new IPNetwork(written, 32);
        return isLong || written.ToString() == text;
    }

    /// <summary>Whether a request's peer lies in the network that is meant; one whose peer nobody knows lies in none.</summary>
    /// <param name="peer">As it is kept, such as <c>203.0.113.7</c> or <c>2001:db8::/64</c>.</param>
    public bool CoversPeer(string peer)
    {
        if (Network is not { } network)
        {
            return true;
        }

        var end = peer.IndexOf('/', StringComparison.Ordinal);
        return IPAddress.TryParse(end < 0 ? peer : peer.AsSpan(0, end), out var address) && network.Contains(address);
    }

    /// <summary>Whether a request is meant.</summary>
    public bool Covers(RegistrationRequest request) =>
        (State is null || request.State == State)
        && CoversWords(request.Words)
        && (ReceivedBefore is null || request.ReceivedAt < ReceivedBefore)
        && CoversPeer(request.Peer);

    /// <summary>Whether what an applicant says is what is meant.</summary>
    /// <param name="words">Its words.</param>
    public bool CoversWords(RegistrationWords words) =>
        (SignedBy is null || words.SignedBy == SignedBy) && (Form is null || words.Form == Form);

    private static IPAddress BaseOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        bytes[(PeerPrefix / 8)..].Clear();
        return new IPAddress(bytes);
    }
}

/// <summary>One part of the requests of strangers that are meant, undecided ones first, the oldest first.</summary>
/// <param name="Items">The part.</param>
/// <param name="Total">How many there are.</param>
public sealed record RegistrationPart(IReadOnlyList<RegistrationRequest> Items, int Total);

using System.Buffers;
using System.Net;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// What of a search no index knows and only the record itself tells: its event, token, address, task, agreement, actor, resource. Held
/// against each record that the rest of the search finds.
/// </summary>
internal sealed class TrailNarrowing
{
    private const int MostText = 256;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."
    );

    private readonly TrailQuery _query;
    private readonly IPNetwork? _network;
    private readonly HashSet<string>? _useCases;

    private TrailNarrowing(TrailQuery query, IPNetwork? network, HashSet<string>? useCases) =>
        (_query, _network, _useCases) = (query, network, useCases);

    /// <summary>Whether a search asks for anything that only the record tells.</summary>
    public static bool IsAsked(TrailQuery query) => query.Event is not null || IsOfBody(query);

    private static bool IsOfBody(TrailQuery query) =>
        (query.Token ?? query.Peer ?? query.Task ?? query.Agreement ?? query.Through ?? query.Resource) is not null;

    /// <summary>Reads it out of a search.</summary>
    public static Outcome<TrailNarrowing> Of(TrailQuery query, WorkingSet set)
    {
        foreach (var (name, text) in ((string, string?)[])[("token", query.Token), ("task", query.Task), ("through", query.Through)])
        {
            if (text is { Length: 0 or > MostText })
            {
                return AdminProblem.BadParameter(name, $"1 to {MostText} characters are expected.");
            }
        }

        IPNetwork? network = null;
        if (query.Peer is { } peer)
        {
            if (NetworkOf(peer) is not { } read)
            {
                return AdminProblem.BadParameter("peer", "an address or a network such as 203.0.113.0/24 is expected.");
            }

            network = read;
        }

        if (query.Resource is { } resource && !IsResource(resource))
        {
            return AdminProblem.BadParameter("resource", "a type and an id are expected, as in Observation/17.");
        }

        if (query.Agreement is not { } agreement)
        {
            return new TrailNarrowing(query, network, null);
        }

        var under = set.UseCasesOf(RegistryKind.Agreement, agreement).Select(static one => one.Id);
        return new TrailNarrowing(query, network, under.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Whether an entry is one that was asked for; one that cannot be read may be.</summary>
    public bool Covers(AuditEntry entry) =>
        (_query.Event is not { } asked || TrailEvents.Fits(asked, entry.Event))
        && (!IsOfBody(_query) || entry.Read() is not { } record || Covers(record));

    private bool Covers(AuditRecord record) =>
        (_query.Token is not { } token || record.TokenId == token || IsHash(record.TokenHash, token))
        && (_network is not { } network || IsWithin(record.Peer, network))
        && (_query.Task is not { } task || record.Task == task)
        && (_useCases is not { } useCases || IsUnder(record, useCases))
        && (_query.Through is not { } actor || record.Actors.Contains(actor, StringComparer.Ordinal))
        && (_query.Resource is not { } resource || IsAbout(record, resource));

    // The agreement of that time, as the record has it. A record of before it was said: what its use case stands under now.
    private bool IsUnder(AuditRecord record, HashSet<string> useCases)
    {
        if (record.Agreement is { } agreement)
        {
            return agreement == _query.Agreement;
        }

        return record.Approval is null && record.UseCase is { } useCase && useCases.Contains(useCase);
    }

    // What stayed is found by whoever asks for that alone.
    private bool IsAbout(AuditRecord record, string resource) =>
        _query.Withheld == true
            ? record.Withheld.Any(one => one.StartsWith(resource + " ", StringComparison.Ordinal))
            : record.Resources.Any(one => one == resource || one.StartsWith(resource + "/_history/", StringComparison.Ordinal));

    private static bool IsHash(string? hash, string token) => string.Equals(hash, token, StringComparison.OrdinalIgnoreCase);

    private static bool IsWithin(string? peer, IPNetwork network) =>
        IPAddress.TryParse(peer, out var address) && network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static IPNetwork? NetworkOf(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            return IPNetwork.TryParse(text, out var network) ? network : null;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new IPNetwork(plain, plain.GetAddressBytes().Length * 8);
    }

    private static bool IsResource(string text) =>
        text.Split('/') is [var type, { Length: > 0 and <= 64 } id]
        && ResourceType.TryParse(type, out _)
        && !id.AsSpan().ContainsAnyExcept(IdCharacters);
}

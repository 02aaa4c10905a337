using Microsoft.AspNetCore.Http;
using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Exchange;

/// <summary>One request on its way: what each stage found out, for the stages after it and for the record.</summary>
/// <remarks>
/// Owned by one request; disposed when it ends. The snapshot is taken once, here, and used by every stage and by the record.
/// </remarks>
internal sealed class GatewayExchange(
    HttpContext http,
    PhiRoute? route,
    IReverseProxyFeature? proxy,
    RegistrySnapshot snapshot,
    DateTimeOffset now,
    Guid id
) : IDisposable
{
    public HttpContext Http { get; } = http;

    /// <summary>The bundle that this is an entry of; null for a request of its own.</summary>
    public GatewayExchange? Bundle { get; private init; }

    /// <summary>The entries of a bundle, each with a decision of its own; empty otherwise.</summary>
    public IReadOnlyList<GatewayExchange> Entries { get; set; } = [];

    /// <summary>What Decide found about an entry; a refusal until then.</summary>
    public StageResult Decided { get; set; }

    /// <summary>Place of the entry for which a transaction is refused; null otherwise.</summary>
    public int? RefusedEntry { get; set; }

    /// <summary>Null when no route matched.</summary>
    public PhiRoute? Route { get; } = route;

    /// <summary>YARP's view of the route: cluster and destinations; null when no route matched.</summary>
    public IReverseProxyFeature? Proxy { get; } = proxy;

    /// <summary>The snapshot this request is judged by, from beginning to end.</summary>
    public RegistrySnapshot Snapshot { get; } = snapshot;

    /// <summary>The moment this request is judged at, UTC.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>Decision id: told to the client, key of the record.</summary>
    public Guid Id { get; } = id;

    public CanonicalRequest? Canonical { get; set; }

    public FhirHeaders Headers { get; set; }

    public Caller? Caller { get; set; }

    /// <summary>Client id that a refused token claimed, unverified; for the record only.</summary>
    public string? ClaimedClientId { get; set; }

    public ClientEntry? Client { get; set; }

    /// <summary>What is decided, forwarded and judged; for a handle, the request that it continues.</summary>
    public FhirRequest? Request { get; set; }

    /// <summary>The same request in the words of a declared API; null on FHIR routes.</summary>
    public ApiRequest? Api { get; set; }

    /// <summary>Methods to name with a refusal for the method; null: those of FHIR.</summary>
    public string? AllowedMethods { get; set; }

    /// <summary>Set when the request came with a handle of ours.</summary>
    public Continuation? Continuation { get; set; }

    /// <summary>
    /// A write as it came, with conditions, once <see cref="Request"/> is the plain one that it comes to; null otherwise.
    /// </summary>
    public FhirRequest? Conditional { get; set; }

    /// <summary>Whether the resource that a conditional write comes to must be there, or must not; unknown: no matter.</summary>
    public StoredState Expected { get; set; }

    /// <summary>The request as it came: its interaction and template stand in the record.</summary>
    public FhirRequest? Asked => Continuation?.Asked ?? Conditional ?? (Request is { Unread: null } ? Request : null);

    /// <summary>Whether what goes upstream changes something there.</summary>
    public bool IsWrite => Continuation is null ? Request!.IsWrite : Continuation.Asked.IsWrite;

    public Permit? Permit { get; set; }

    /// <summary>Room taken in Admit, given back at the end.</summary>
    public AdmissionTicket? Ticket { get; set; }

    public UpstreamAnswer? Answer { get; set; }

    /// <summary>What leaves; filled by Release.</summary>
    public Disclosure Disclosure { get; } = new();

    /// <summary>Destination that was asked; null: none.</summary>
    public string? Upstream { get; set; }

    public int UpstreamStatus { get; set; }

    /// <summary>Whether the last call may have reached the upstream, answered or not.</summary>
    public bool WasSent { get; set; }

    /// <summary>A write's intent is on record: its outcome must be too.</summary>
    public bool IntentRecorded { get; set; }

    /// <summary>A disclosure is on record: its delivery follows.</summary>
    public bool DisclosureRecorded { get; set; }

    /// <summary>Status that a refusal takes instead of its reason's own: the upstream's 409, 412, 422; null: the reason's.</summary>
    public int? RefusalStatus { get; set; }

    /// <summary>Status and bytes that went, or are about to go, to the client.</summary>
    public int Status { get; set; }

    public long BytesOut { get; set; }

    /// <summary>The last byte was handed to the connection without a fault.</summary>
    public bool Delivered { get; set; }

    /// <summary>The request's body in a pooled buffer; null when none was read.</summary>
    public PooledBuffer? Body { get; set; }

    /// <summary>An entry of this bundle, as an exchange of its own.</summary>
    public GatewayExchange OpenEntry(FhirRequest entry, Guid id) =>
        new(Http, Route, Proxy, Snapshot, Now, id)
        {
            Bundle = this,
            Canonical = entry.Canonical,
            Headers = entry.Headers,
            Caller = Caller,
            Client = Client,
            Request = entry,
        };

    public void Dispose()
    {
        foreach (var entry in Entries)
        {
            entry.Dispose();
        }

        Ticket?.Dispose();
        Answer?.Dispose();
        Body?.Dispose();
    }
}

using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds one request and what each stage found out about it; each stage fills its own part, and later stages and the audit record read it.
/// </summary>
/// <remarks>
/// Owned by one request; disposed when it ends. Every stage and the record use one snapshot, that by which it was decided last. Each shelf is
/// filled once; reading an empty one, or filling one twice, is a fault. <see cref="Known"/> has what may be missing. Not thread-safe.
/// </remarks>
internal sealed partial class GatewayExchange(
    HttpContext http,
    PhiRoute? route,
    IReverseProxyFeature? proxy,
    RegistrySnapshot snapshot,
    DateTimeOffset now,
    Guid id
) : IDisposable
{
    private Shelf<Ingressed> _ingressed = new("Ingress");
    private Shelf<Identified> _identified = new("Identify");
    private Shelf<Understood> _understood = new("Understand");
    private Shelf<Decided> _decided = new("Decide");
    private Shelf<Admitted> _admitted = new("Admit");
    private Shelf<Resolved> _resolved = new("Settle");
    private Shelf<Settled> _settled = new("Settle");
    private Shelf<Resolved> _recognized = new("Forward");
    private Shelf<Forwarded> _forwarded = new("Forward");
    private PooledBuffer? _body;
    private List<HeldShare>? _held;
    private NamedSoFar? _named;
    private long _upstreamTicks;

    public HttpContext Http { get; } = http;

    /// <summary>The bundle that this is an entry of; null for a request of its own.</summary>
    public GatewayExchange? Bundle { get; private init; }
    private GatewayExchange Whole => Bundle ?? this;

    /// <summary>The snapshot this request is judged by.</summary>
    public RegistrySnapshot Snapshot { get; private set; } = snapshot;

    /// <summary>The moment this request is judged at, UTC.</summary>
    public DateTimeOffset Now { get; private set; } = now;

    /// <summary>Decision id: told to the client, key of the record.</summary>
    public Guid Id { get; } = id;

    /// <summary>What is known by now, for those who must speak of a request however far it came.</summary>
    public KnownSoFar Known => new(this);

    private PhiRoute? MatchedRoute { get; } = route;

    private IReverseProxyFeature? MatchedProxy { get; } = proxy;

    /// <summary>What kind of request it is; none until that was said.</summary>
    public RequestKind Kind { get; private set; }

    public ref readonly Ingressed Ingressed => ref _ingressed.Value;

    public ref readonly Identified Identified => ref _identified.Value;

    public ref readonly Understood Understood => ref _understood.Value;

    public ref readonly Decided Decided => ref _decided.Value;

    /// <summary>Of an entry of a batch, the place that its batch was given.</summary>
    public ref readonly Admitted Admitted => ref Whole._admitted.Value;

    /// <summary>Whether it has its place among its client's requests.</summary>
    public bool IsAdmitted => _admitted.IsFilled;

    public ref readonly Settled Settled => ref _settled.Value;

    public ref readonly Forwarded Forwarded => ref _forwarded.Value;

    /// <summary>Whether the resource that a conditional write comes to must be there, or must not; unknown: no matter.</summary>
    public StoredState Expected => _resolved.IsFilled ? _resolved.Value.Expected : StoredState.Unknown;

    /// <summary>What is decided, forwarded and judged: as it came, or the plain request that a conditional write came to.</summary>
    public FhirRequest Request => Known.Request ?? Understood.Request;

    /// <summary>The permit under which the call goes and its answer is judged.</summary>
    public Permit Permit => Known.Permit ?? throw new InvalidOperationException("There is no permit yet.");

    /// <summary>The entries of a bundle, each with a decision of its own; empty otherwise.</summary>
    public IReadOnlyList<GatewayExchange> Entries
    {
        get
        {
            if (_resolved.IsFilled && _resolved.Value.Entries is { } resolved)
            {
                return resolved;
            }

            return _decided.IsFilled ? _decided.Value.Entries : [];
        }
    }

    /// <summary>Places of a transaction's entries that have nothing to do, so that they do not go upstream; empty for most.</summary>
    public IReadOnlySet<int> Idle => _resolved.IsFilled && _resolved.Value.Idle is { } idle ? idle : FrozenSet<int>.Empty;

    /// <summary>A write as it came, with conditions, once <see cref="Request"/> is the plain one; null otherwise.</summary>
    public FhirRequest? Conditional => _resolved.IsFilled ? Understood.Request : null;

    /// <summary>The request as it came: its interaction and template stand in the record.</summary>
    public FhirRequest Asked => Understood.Continuation?.Asked ?? Understood.Request;

    /// <summary>Whether what goes upstream changes something there.</summary>
    public bool IsWrite => Understood.Continuation is { } continuation ? continuation.Asked.IsWrite : Request.IsWrite;

    /// <summary>The request's body in a pooled buffer, owned by the exchange; null when none was read.</summary>
    public PooledBuffer? Body => _body;

    /// <summary>Why the client says that it must see this, for emergency access; null: it says nothing, or too much.</summary>
    public string? Justification => Http.Request.Headers[KnownHeaders.Justification] is [{ Length: > 0 and <= 1024 } text] ? text : null;

    /// <summary>What leaves, filled by Release; and the limits shared with others that it, of an emergency use, went beyond.</summary>
    public Disclosure Disclosure { get; } = new();
    public PassedLimits Passed { get; } = new();

    /// <summary>Searches that the gateway made for chains so far, and questions for labels; for all entries of a bundle together.</summary>
    public int WalkedSearches { get; set; }
    public int LabelSearches { get; set; }

    /// <summary>What was found out, and asked for, since something that is written names it; of a bundle all together.</summary>
    public NamedSoFar Named => _named ??= new();

    /// <summary>How long upstreams took, of a bundle all together; zero: nobody measures it. Thread-safe, and so is the noting.</summary>
    public TimeSpan UpstreamTook => new(Interlocked.Read(ref Whole._upstreamTicks));

    public void NoteUpstream(TimeSpan took) => Interlocked.Add(ref Whole._upstreamTicks, took.Ticks);

    /// <summary>Client id that a refused token claimed, unverified; for the record only.</summary>
    public string? ClaimedClientId { get; set; }

    /// <summary>Whose proof of possession was shown a second time; for the record only, since nobody is let in by it.</summary>
    public ClientEntry? Replayed { get; set; }

    /// <summary>Nonce for the client's next proof of possession, told with whatever answer it gets; null: none.</summary>
    public string? ProofNonce { get; set; }

    /// <summary>Methods to name with a refusal for the method; null: those of FHIR.</summary>
    public string? AllowedMethods { get; set; }

    /// <summary>What in the request a refusal is about: the parameter, the entry of a transaction; null: nothing in particular.</summary>
    public RequestPlace? RefusedPlace { get; set; }

    /// <summary>Seconds that a busy upstream asked to be left alone, for the refusal that comes of it; null: it did not say.</summary>
    public int? UpstreamWait { get; set; }

    /// <summary>A write's intent is on record: its outcome must be too.</summary>
    public bool IntentRecorded { get; set; }

    /// <summary>A disclosure is on record: its delivery follows.</summary>
    public bool DisclosureRecorded { get; set; }

    /// <summary>Place in the log of the record of a whole answer; null: there is none, or the answer has several.</summary>
    public long? DisclosedAt { get; set; }

    /// <summary>Status and bytes that went, or are about to go, to the client.</summary>
    public int Status { get; set; }
    public long BytesOut { get; set; }

    /// <summary>The last byte was handed to the connection without a fault.</summary>
    public bool Delivered { get; set; }

    /// <summary>Says what kind of request it is, once.</summary>
    public void Say(RequestKind kind)
    {
        if (Kind != RequestKind.None)
        {
            throw new InvalidOperationException("What kind of request it is has been said.");
        }

        Kind = kind;
    }

    public void Fill(in Ingressed found) => _ingressed.Fill(found);

    public void Fill(in Identified found) => _identified.Fill(found);

    public void Fill(in Understood found) => _understood.Fill(found);

    public void Fill(in Decided found) => _decided.Fill(found);

    public void Fill(in Admitted given) => _admitted.Fill(given);

    public void Fill(in Settled found) => _settled.Fill(found);

    public void Fill(in Forwarded sent) => _forwarded.Fill(sent);

    /// <summary>What a conditional write came to, before it goes upstream.</summary>
    public void Resolve(in Resolved plain) => _resolved.Fill(plain);

    /// <summary>What a conditional creation found after all, when the upstream had its match.</summary>
    public void Recognize(in Resolved found) => _recognized.Fill(found);

    /// <summary>Takes the buffer for the request's body, once.</summary>
    public PooledBuffer OpenBody(int most, HeldMemory memory) =>
        _body = _body is null
            ? new PooledBuffer(most, memory, HeldFor.Request)
            : throw new InvalidOperationException("The body has been read.");

    /// <summary>Room that is needed until the request ends: what was worked out for it and goes upstream.</summary>
    public void Hold(HeldShare share) => (_held ??= []).Add(share);

    /// <summary>Gives that room back with what it was for: of an entry that is answered while others of its batch are still to come.</summary>
    public void LetGo()
    {
        if (_settled.IsFilled)
        {
            _settled.Value.Request?.ForgetPatched();
        }

        // Of one that was refused after it had been sent, nobody reads the answer any more.
        if (_forwarded.IsFilled && _forwarded.Value.Reply.Answer.Continues)
        {
            _forwarded.Value.Answer.Dispose();
        }

        foreach (var share in _held ?? [])
        {
            share.Dispose();
        }

        _held = null;
    }

    /// <summary>An entry of this bundle, as an exchange of its own.</summary>
    public GatewayExchange OpenEntry(FhirRequest entry, Guid id)
    {
        var opened = new GatewayExchange(Http, Ingressed.Route, Ingressed.Proxy, Snapshot, Now, id) { Bundle = this };
        opened.Fill(new Ingressed(Ingressed.Route, Ingressed.Proxy, entry.Canonical, entry.Headers));
        opened.Fill(Identified);
        opened.Fill(new Understood(entry));
        opened.Say(RequestKind.Single);
        return opened;
    }

    public void Dispose()
    {
        foreach (var entry in Entries)
        {
            entry.Dispose();
        }

        // An entry has its bundle's place, which the bundle gives back.
        if (_admitted.IsFilled)
        {
            _admitted.Value.Ticket.Dispose();
        }

        _body?.Dispose();
        LetGo();
    }
}

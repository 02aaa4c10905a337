using System.Diagnostics.Metrics;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The witness that this node is for others and the witnesses that it asks for its own log, as far as the configuration names any; opened by
/// <see cref="ProofParts"/>.
/// </summary>
internal sealed class WitnessParts : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient? _http;
    private readonly IReadOnlyList<Cosigner> _cosigners;
    private readonly Meter? _meter;

    private readonly Func<LogFiles, NoteKey, WitnessFeed>? _ask;

    private WitnessParts(
        Witness? own,
        IReadOnlyList<Cosigner> cosigners,
        WitnessFeed? feed,
        HttpClient? http,
        Func<LogFiles, NoteKey, WitnessFeed>? ask = null
    )
    {
        (Own, _cosigners, Feed, _http, _ask) = (own, cosigners, feed, http, ask);
        if (feed is not null)
        {
            _meter = new Meter("PhiGateway.Proof");
            _ = _meter.CreateObservableGauge(
                "phi_gateway.audit.log.witnessed",
                () => feed.WitnessedSize,
                "{record}",
                "Records under the newest checkpoint that enough witnesses have cosigned."
            );
        }
    }

    /// <summary>The witness that this node is; null: it is none.</summary>
    public Witness? Own { get; }

    /// <summary>Asks the witnesses of this node's log; null: it has none.</summary>
    public WitnessFeed? Feed { get; }

    /// <summary>Makes what the configuration names.</summary>
    /// <param name="options">Configuration, validated.</param>
    /// <param name="keys">Folder of private keys.</param>
    /// <param name="log">This node's log.</param>
    /// <param name="found">Told of what is found, of this log and of those of others.</param>
    /// <param name="clock">Clock.</param>
    public static WitnessParts Open(
        GatewayOptions options,
        string keys,
        TransparencyLog log,
        (Action<ProofFinding> Ours, Action<ProofFinding> Others) found,
        TimeProvider clock
    )
    {
        var (own, cosigners) = OpenOwn(options, keys, clock);
        if (own is not null)
        {
            own.Contradicted += found.Others;
        }

        var of = options.Audit.Log;
        if (of.Witnesses.Count == 0)
        {
            return new WitnessParts(own, cosigners, null, null);
        }

        var peers = of.Witnesses.Select(static one => new WitnessPeer(one.Name, AddressOf(one), WitnessKey.Parse(one.Key)!)).ToList();
        var quorum = of.WitnessQuorum ?? peers.Count;
        log.Files.WitnessLines = LinesOf(peers, quorum);
        var http = Connect(options);
        var client = new WitnessClient(http);
        var feed = new WitnessFeed(log.Files, log.Entries.Log, peers, quorum, client, of.WitnessEvery, clock);
        feed.Contradicted += found.Ours;
        return new WitnessParts(own, cosigners, feed, http, Ask);

        WitnessFeed Ask(LogFiles files, NoteKey key)
        {
            files.WitnessLines = log.Files.WitnessLines;
            var other = new WitnessFeed(files, key.Name, peers, quorum, client, of.WitnessEvery, clock, key);
            other.Contradicted += found.Others;
            return other;
        }
    }

    /// <summary>Asks the same witnesses about another log that this node keeps; null: it has none.</summary>
    public WitnessFeed? FeedOf(LogFiles files, NoteKey key) => _ask?.Invoke(files, key);

    public void Dispose()
    {
        _meter?.Dispose();
        _http?.Dispose();
        foreach (var cosigner in _cosigners)
        {
            cosigner.Dispose();
        }
    }

    private static (Witness? Own, IReadOnlyList<Cosigner> Cosigners) OpenOwn(GatewayOptions options, string keys, TimeProvider clock)
    {
        if (options.Audit.Witness.LogsFile is not { } file)
        {
            return (null, []);
        }

        var directory = options.Audit.Witness.Directory ?? Path.Combine(options.Audit.Journal.Directory, "witness");
        var name = options.Audit.Witness.Name ?? LogOrigin.Of(options.Node) + "/witness";
        var cosigner = new Cosigner(name, KeyFile.OpenOrCreate(Path.Combine(keys, "witness.key"), "key of the witness"));
        var second = options.Audit.Witness.MlDsa
            ? new Cosigner(
                name,
                KeyFile.OpenOrCreate(Path.Combine(keys, "witness-ml-dsa.key"), "key of the witness for ML-DSA-44"),
                CosignatureAlgorithm.MlDsa44
            )
            : null;
        var witness = new Witness(directory, cosigner, new LogKeyFile(file).Keys, clock, second);
        DurableFile.Write(Path.Combine(directory, "vkey"), string.Concat(witness.Keys.Select(static key => key + "\n")));
        return (witness, second is null ? [cosigner] : [cosigner, second]);
    }

    // As C2SP tlog-policy has it: so many of them.
    private static string LinesOf(IReadOnlyList<WitnessPeer> peers, int quorum) =>
        string.Concat(peers.Select(static peer => $"witness {peer.Name} {peer.Key} {peer.Address}\n"))
        + $"group fleet {quorum} {string.Join(' ', peers.Select(static peer => peer.Name))}\nquorum fleet\n";

    private static Uri AddressOf(WitnessPeerOptions peer) => new(peer.Address.EndsWith('/') ? peer.Address : peer.Address + "/");

    private static HttpClient Connect(GatewayOptions options)
    {
        var egress = new EgressConnector(new EgressPolicy(options.Egress.Allow));
        return new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectCallback = egress.ConnectAsync,
            }
        )
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = WitnessClient.MostBytes,
        };
    }
}

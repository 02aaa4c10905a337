using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// A data plane for a rehearsal: the real one's code with an issuer, a registry and a journal of its own, in memory, that knows one made-up
/// client and one made-up patient. Made by <see cref="StartRehearsal"/>.
/// </summary>
/// <remarks>
/// Security: nothing of the node's own is in it. Its key is made here and ends with it, its listener is a free port of loopback, its registry
/// opens one record of <see cref="RehearsedUpstream"/>, and what it would record goes nowhere.
/// </remarks>
internal sealed class RehearsedNode : IAsyncDisposable
{
    private const string Name = "rehearsal";
    private const string Issuer = "http://127.0.0.1/rehearsal";
    private const string KeysVariable = "PHI_GATEWAY_REHEARSED_KEYS";

    private readonly WebApplication _plane;
    private readonly GatewayMetrics _metrics;
    private readonly ECDsa _key;
    private readonly Serilog.Core.Logger _log;

    private RehearsedNode(WebApplication plane, GatewayMetrics metrics, ECDsa key, Serilog.Core.Logger log) =>
        (_plane, _metrics, _key, _log) = (plane, metrics, key, log);

    /// <summary>Where it listens, once it is started.</summary>
    public Uri Address => new(LoopbackHost.AddressOf(_plane));

    /// <summary>The name under which it is asked.</summary>
    public const string HostName = "127.0.0.1";

    /// <summary>Builds and starts it.</summary>
    /// <param name="parts">The node's own parts, of which it is given the clock and what it never uses.</param>
    /// <param name="journal">Takes what it would record.</param>
    /// <param name="upstream">FHIR base of what it stands in front of.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<RehearsedNode> StartAsync(
        GatewayParts parts,
        RehearsedJournal journal,
        string upstream,
        CancellationToken cancellationToken
    )
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        System.Environment.SetEnvironmentVariable(KeysVariable, JwksOf(key));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Written(upstream)).Build();
        var (options, problems) = GatewayConfiguration.Read(configuration);
        if (problems.Count > 0)
        {
            throw new InvalidOperationException($"{problems[0].Key} {problems[0].Message}");
        }

        var snapshots = SnapshotHolder.Of(options.Registry, parts.Clock);
        snapshots.Publish(Registry(parts.Clock), parts.Clock.GetUtcNow());
        var metrics = new GatewayMetrics("Rehearsal");
        var log = new Serilog.LoggerConfiguration().CreateLogger();
        var plane = DataPlane.Build(
            parts with
            {
                Options = options,
                Snapshots = snapshots,
                CutAnswers = new CutAnswers(snapshots, parts.Clock),
                Certificate = null,
                Metrics = metrics,
                Log = log,
            },
            configuration,
            static () => throw new InvalidOperationException("A rehearsal has no readiness."),
            journal
        );
        var node = new RehearsedNode(plane, metrics, key, log);
        try
        {
            await plane.StartAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>A token of the made-up client.</summary>
    public string Token(DateTimeOffset now) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = Issuer,
                Audience = Issuer,
                IssuedAt = now.UtcDateTime,
                Expires = now.AddMinutes(1).UtcDateTime,
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = Name,
                    ["client_id"] = Name,
                    ["jti"] = Guid.CreateVersion7(now).ToString(),
                    ["scope"] = "system/Observation.rs",
                },
                SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = Name }, SecurityAlgorithms.EcdsaSha256),
            }
        );

    public async ValueTask DisposeAsync()
    {
        System.Environment.SetEnvironmentVariable(KeysVariable, null);
        await _plane.DisposeAsync();
        _metrics.Dispose();
        _key.Dispose();
        await _log.DisposeAsync();
    }

    private static string JwksOf(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"{{Name}}","x":"{{x}}","y":"{{y}}"}]}""";
    }

    // Nothing of the node's own configuration, whose addresses and secrets are none of a rehearsal's business.
    private static Dictionary<string, string?> Written(string upstream) =>
        new()
        {
            ["PhiGateway:Environment"] = Name,
            ["PhiGateway:Node"] = Name,
            ["PhiGateway:PublicBase"] = $"http://{HostName}",
            ["PhiGateway:Listeners:Data"] = $"http://{HostName}:0",
            ["PhiGateway:Listeners:Admin"] = $"http://{HostName}:0",
            ["PhiGateway:Registry:ConnectionString"] = "Data Source=rehearsal",
            ["PhiGateway:Audit:Journal:Directory"] = "rehearsal",
            ["PhiGateway:Audit:Store:ConnectionString"] = "Data Source=rehearsal",
            ["PhiGateway:Issuers:0:Name"] = Name,
            ["PhiGateway:Issuers:0:Issuer"] = Issuer,
            ["PhiGateway:Issuers:0:Audience"] = Issuer,
            ["PhiGateway:Issuers:0:Algorithms:0"] = "ES256",
            ["PhiGateway:Issuers:0:Environment"] = Name,
            ["PhiGateway:Issuers:0:Jwks"] = $"env:{KeysVariable}",
            ["PhiGateway:Issuers:0:Claims:Purpose"] = "registry",
            ["ReverseProxy:Routes:fhir:ClusterId"] = "sample",
            ["ReverseProxy:Routes:fhir:Match:Path"] = "/fhir/{**rest}",
            ["ReverseProxy:Routes:fhir:Metadata:Phi.Kind"] = RouteMetadata.FhirR4,
            ["ReverseProxy:Routes:fhir:Metadata:Phi.Base"] = "/fhir",
            ["ReverseProxy:Routes:fhir:Metadata:Phi.Tenant"] = Name,
            ["ReverseProxy:Clusters:sample:Destinations:a:Address"] = upstream,
        };

    private static RegistrySnapshot Registry(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        IReadOnlyList<RegistryItem> items = [.. Documents(today).Select(Item)];
        var builder = new RegistrySnapshotBuilder(clock);
        IReadOnlyList<RosterMemberChange> members = [new(new RosterMember(Name, PatientId.Parse("p1")), Removed: false)];
        var asked = builder.Rebuild(new RegistryChanges(1, items, members, []));
        var approval = new Approval
        {
            Id = Name,
            Client = Name,
            RequestedBy = "a",
            ApprovedBy = "b",
            ApprovedAt = now,
            Fingerprint = asked.FindClientById(Name)?.Fingerprint ?? string.Empty,
        };
        return builder.Apply(new RegistryChanges(2, [Item(approval) with { Revision = 2 }], [], []));

        RegistryItem Item(IRegistryEntity entity) =>
            new(
                RegistryPaths.KindOf(entity)!.Value,
                entity.Id,
                1,
                1,
                System.Text.Json.JsonSerializer.Serialize(entity, entity.GetType(), RegistryJson.Options),
                now,
                Name,
                false
            );
    }

    private static IRegistryEntity[] Documents(DateOnly today) =>
        [
            new Organization
            {
                Id = Name,
                Kind = OrganizationKind.Internal,
                Name = Name,
            },
            new Roster { Id = Name },
            new UseCase
            {
                Id = Name,
                Title = Name,
                Owner = "owner@rehearsal.example",
                Organization = Name,
                Purposes = ["TREAT"],
                Environment = Name,
                Tenants = [Name],
                Expires = today.AddDays(2),
                Status = UseCaseStatus.Approved,
                Grants =
                [
                    new Grant
                    {
                        Types = ["Observation"],
                        Interactions = ["read", "search"],
                        Patients = new PatientScope { Roster = Name },
                    },
                ],
            },
            new Client
            {
                Id = Name,
                UseCase = Name,
                Owner = "owner@rehearsal.example",
                OwnerConfirmed = today,
                Environment = Name,
                Status = ClientStatus.Active,
            },
            new Credential
            {
                Id = Name,
                Client = Name,
                Issuer = Name,
                ClientId = Name,
                Created = today,
                RotateBy = today.AddDays(2),
            },
        ];
}

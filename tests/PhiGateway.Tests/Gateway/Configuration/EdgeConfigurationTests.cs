using Xunit;
using static PhiGateway.Tests.Gateway.Configuration.ConfigurationFixture;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What an operator may get wrong about what stands between the process and the network.</summary>
public sealed class EdgeConfigurationTests
{
    /// <summary>Key that is set, value, key that the problem names.</summary>
    public static TheoryData<string, string?, string> Wrong =>
        new()
        {
            { "PhiGateway:StopPause", "00:06:00", "PhiGateway:StopPause" },
            { "PhiGateway:StopPause", "-00:00:01", "PhiGateway:StopPause" },
            { "PhiGateway:Listeners:Probes", "sometimes", "PhiGateway:Listeners:Probes" },
            { "PhiGateway:Limits:Connections", "15", "PhiGateway:Limits:Connections" },
            { "PhiGateway:Limits:Connections", "999999999", "PhiGateway:Limits:Connections" },
            { "PhiGateway:Limits:ConnectionsPerPeer", "0", "PhiGateway:Limits:ConnectionsPerPeer" },
            { "PhiGateway:Limits:ConnectionsPerPeer", "999999", "PhiGateway:Limits:ConnectionsPerPeer" },
            { "PhiGateway:Limits:TokenConnections", "15", "PhiGateway:Limits:TokenConnections" },
            { "PhiGateway:Limits:SignalConnections", "999999999", "PhiGateway:Limits:SignalConnections" },
            { "PhiGateway:Limits:AdminConnections", "0", "PhiGateway:Limits:AdminConnections" },
            { "PhiGateway:Limits:Parameters", "19", "PhiGateway:Limits:Parameters" },
            { "PhiGateway:Limits:ProvenanceTargets", "0", "PhiGateway:Limits:ProvenanceTargets" },
            { "PhiGateway:Limits:BodyTime", "00:00:04", "PhiGateway:Limits:BodyTime" },
            { "PhiGateway:Limits:BodyTime", "01:00:01", "PhiGateway:Limits:BodyTime" },
            { "PhiGateway:Limits:NamedRecords", "0", "PhiGateway:Limits:NamedRecords" },
            { "PhiGateway:Limits:NamedFiles", "1001", "PhiGateway:Limits:NamedFiles" },
            { "PhiGateway:Limits:LookedUpVersions", "0", "PhiGateway:Limits:LookedUpVersions" },
            { "PhiGateway:Limits:LookedUpFiles", "-1", "PhiGateway:Limits:LookedUpFiles" },
            { "PhiGateway:Limits:ExportParts", "0", "PhiGateway:Limits:ExportParts" },
            { "PhiGateway:Mcp:MaxMessage", "1023", "PhiGateway:Mcp:MaxMessage" },
            { "PhiGateway:Mcp:MaxAnswer", "67108865", "PhiGateway:Mcp:MaxAnswer" },
            { "PhiGateway:TrustedProxies:Addresses:0", "proxy.internal", "PhiGateway:TrustedProxies:Addresses:0" },
            { "PhiGateway:TrustedProxies:Addresses:0", "10.1", "PhiGateway:TrustedProxies:Addresses:0" },
            { "PhiGateway:TrustedProxies:Addresses:0", "10.0.0.1/8", "PhiGateway:TrustedProxies:Addresses:0" },
            { "PhiGateway:TrustedProxies:Addresses:0", "0.0.0.0/0", "PhiGateway:TrustedProxies:Addresses" },
            { "PhiGateway:TrustedProxies:Header", "X-Real-IP", "PhiGateway:TrustedProxies:Header" },
            { "PhiGateway:TrustedProxies:ClientCertificate", "true", "PhiGateway:TrustedProxies:ClientCertificate" },
            { "PhiGateway:Egress:Allow:0", "everything", "PhiGateway:Egress:Allow:0" },
            { "PhiGateway:Issuers:0:Issuer", "https://169.254.169.254", "PhiGateway:Issuers:0:Issuer" },
            { "PhiGateway:Issuers:0:Issuer", "http://127.1:8080", "PhiGateway:Issuers:0:Issuer" },
            { "PhiGateway:Issuers:0:Claims:ScopeShape", "List", "PhiGateway:Issuers:0:Claims:ScopeShape" },
            { Cluster + "Destinations:a:Address", "http://169.254.169.254/r4", Cluster + "Destinations:a:Address" },
            { Cluster + "Destinations:a:Address", "http://2130706433/r4", Cluster + "Destinations:a:Address" },
            { Cluster + "Destinations:a:Address", "https://user:in-the-open@ehr.internal/r4", Cluster + "Destinations:a:Address" },
            { Route + "Metadata:Phi.RoutingMarks", "partition", Route + "Metadata:Phi.RoutingMarks" },
            { Route + "Metadata:Phi.RoutingMarks", " ", Route + "Metadata:Phi.RoutingMarks" },
            { Route + "Metadata:Phi.UpdateCreates", "no", Route + "Metadata:Phi.UpdateCreates" },
            { Route + "Metadata:Phi.ChecksReferences", "", Route + "Metadata:Phi.ChecksReferences" },
            { Route + "Metadata:Phi.TakesUpParameters", "maybe", Route + "Metadata:Phi.TakesUpParameters" },
            { "PhiGateway:Listeners:Http2", "maybe", "PhiGateway:Listeners:Http2" },
            { Cluster + "Metadata:Phi.Bases", "fhir.hospital.example", Cluster + "Metadata:Phi.Bases" },
            { Cluster + "Metadata:Phi.Bases", "https://fhir.hospital.example/r4?x=1", Cluster + "Metadata:Phi.Bases" },
            { Cluster + "Metadata:Phi.Bases", " ", Cluster + "Metadata:Phi.Bases" },
        };

    /// <summary>Keys that are set together, and values.</summary>
    public static TheoryData<string> Good =>
        [
            "PhiGateway:StopPause=00:00:00",
            "PhiGateway:Listeners:Probes=true;PhiGateway:Listeners:Http2=true",
            "PhiGateway:Limits:Connections=100;PhiGateway:Limits:ConnectionsPerPeer=100",
            "PhiGateway:Limits:TokenConnections=100;PhiGateway:Limits:SignalConnections=16;PhiGateway:Limits:AdminConnections=32",
            "PhiGateway:Limits:BodyTime=00:10:00;PhiGateway:Mcp:MaxMessage=131072;PhiGateway:Mcp:MaxAnswer=4194304",
            "PhiGateway:Limits:NamedRecords=2000;PhiGateway:Limits:NamedFiles=50;PhiGateway:Limits:LookedUpVersions=1000;PhiGateway:Limits:ExportParts=5000",
            "PhiGateway:Limits:Parameters=500;PhiGateway:Limits:ProvenanceTargets=1000",
            "PhiGateway:TrustedProxies:Addresses:0=10.1.2.3;PhiGateway:TrustedProxies:Addresses:1=2001:db8::/32",
            "PhiGateway:TrustedProxies:Addresses:0=10.1.2.0/24;PhiGateway:TrustedProxies:Header=Forwarded;PhiGateway:TrustedProxies:ClientCertificate=true",
            "PhiGateway:Egress:Allow:0=10.0.0.0/8;PhiGateway:Egress:Allow:1=192.0.2.7",
            "PhiGateway:Issuers:0:Claims:Scope:0=scp;PhiGateway:Issuers:0:Claims:ScopeShape=Array",
            "PhiGateway:Issuers:0:KeyRefresh=00:00:10",
            Cluster + "Destinations:a:Address=http://localhost:8080/r4",
            Cluster + "Destinations:a:Address=http://10.1.2.3:8080/r4",
            Cluster + "Metadata:Phi.Bases=https://fhir.hospital.example/r4 http://fhir:8080/r4/",
            Route + "Metadata:Phi.UpdateCreates=false;" + Route + "Metadata:Phi.ChecksReferences=false",
            Route + "Metadata:Phi.UpdateCreates=True;" + Route + "Metadata:Phi.ChecksReferences=False",
            Route
                + "Metadata:Phi.UpdateCreates=false;"
                + Route
                + "Metadata:Phi.ChecksReferences=false;"
                + Route
                + "Metadata:Phi.TakesUpParameters=false",
            Route + "Metadata:Phi.RoutingMarks=none",
            Route + "Metadata:Phi.RoutingMarks=https://ehr.example/partition",
        ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_OneMistake_IsNamed(string key, string? value, string named) =>
        Assert.Contains(Problems((key, value)), problem => problem.Key == named);

    [Theory]
    [MemberData(nameof(Good))]
    public void Read_NoMistake_HasNoProblem(string keys) =>
        Assert.Empty(
            Problems([
                .. keys.Split(';')
                    .Select(static pair =>
                        (
                            pair[..pair.IndexOf('=', StringComparison.Ordinal)],
                            (string?)pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]
                        )
                    ),
            ])
        );
}

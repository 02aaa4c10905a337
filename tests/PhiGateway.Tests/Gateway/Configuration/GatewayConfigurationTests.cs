using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;
using static PhiGateway.Tests.Gateway.Configuration.ConfigurationFixture;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What an operator may get wrong is found at start, all of it at once, and said without secrets.</summary>
public sealed class GatewayConfigurationTests
{
    /// <summary>Key that is set, value, key that the problem names.</summary>
    public static TheoryData<string, string?, string> Wrong =>
        new()
        {
            { "Surplus", "1", "Surplus" },
            { "PhiGateway:Enviroment", "production", "PhiGateway:Enviroment" },
            { "PhiGateway:Listeners:Dat", "http://127.0.0.1:1", "PhiGateway:Listeners:Dat" },
            { "PhiGateway:Audit:Journal:Bugdet", "1 GiB", "PhiGateway:Audit:Journal:Bugdet" },
            { "PhiGateway:Issuers:0:Algorithm", "ES256", "PhiGateway:Issuers:0:Algorithm" },
            { "PhiGateway:Issuers:0:Claims:Purposes", "p", "PhiGateway:Issuers:0:Claims:Purposes" },
            { "PhiGateway:Hosts:0:Name", "gw", "PhiGateway:Hosts:0" },
            { "PhiGateway:Environment:Name", "production", "PhiGateway:Environment" },
            { "PhiGateway:Limits:RequestsPerSecond", "many", "PhiGateway:Limits:RequestsPerSecond" },
            { "PhiGateway:Limits:RequestsPerSecond", "0", "PhiGateway:Limits:RequestsPerSecond" },
            { "PhiGateway:Limits:Concurrency", "-1", "PhiGateway:Limits:Concurrency" },
            { "PhiGateway:Limits:MaxRequestBody", "2 MiB", "PhiGateway:Limits:MaxRequestBody" },
            { "PhiGateway:Limits:MaxAnswer", "99999999999", "PhiGateway:Limits:MaxAnswer" },
            { "PhiGateway:Limits", "none", "PhiGateway:Limits" },
            { "PhiGateway:Listeners:AllowPlainHttpBehindTerminator", "sometimes", "PhiGateway:Listeners:AllowPlainHttpBehindTerminator" },
            { "PhiGateway:Registry:MaxSnapshotAge", "15 minutes", "PhiGateway:Registry:MaxSnapshotAge" },
            { "PhiGateway:Registry:MaxSnapshotAge", "15", "PhiGateway:Registry:MaxSnapshotAge" },
            { "PhiGateway:Registry:PollInterval", "00:00:00", "PhiGateway:Registry:PollInterval" },
            { "PhiGateway:Telemetry:Otlp", "collector:4318", "PhiGateway:Telemetry:Otlp" },
            { "PhiGateway:Telemetry:Otlp", "http://collector.hospital.example:4318", "PhiGateway:Telemetry:Otlp" },
            { "PhiGateway:Telemetry:Otlp", "https://user:in-the-open@collector.hospital.example", "PhiGateway:Telemetry:Otlp" },
            { "PhiGateway:Telemetry:Otlp", "https://collector.hospital.example?key=in-the-open", "PhiGateway:Telemetry:Otlp" },
            { "PhiGateway:Telemetry:Prometheus", "sometimes", "PhiGateway:Telemetry:Prometheus" },
            { "PhiGateway:Environment", null, "PhiGateway:Environment" },
            { "PhiGateway:Node", "gw 01", "PhiGateway:Node" },
            { "PhiGateway:PublicBase", null, "PhiGateway:PublicBase" },
            { "PhiGateway:PublicBase", "https://gw.hospital.example/", "PhiGateway:PublicBase" },
            { "PhiGateway:PublicBase", "https://gw.hospital.example/fhir", "PhiGateway:PublicBase" },
            { "PhiGateway:PublicBase", "gw.hospital.example", "PhiGateway:PublicBase" },
            { "PhiGateway:PublicBase", "https://gw.hospital.example?a=b", "PhiGateway:PublicBase" },
            { "PhiGateway:PublicBase", "https://user@gw.hospital.example", "PhiGateway:PublicBase" },
            { "PhiGateway:Listeners:Data", null, "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Data", "http://0.0.0.0:8080", "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Data", "http://[::]:8080", "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Data", "https://0.0.0.0:8443", "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Data", "http://gw.hospital.example:8080", "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Data", "ftp://127.0.0.1", "PhiGateway:Listeners:Data" },
            { "PhiGateway:Listeners:Admin", "http://10.0.0.1:8081", "PhiGateway:Listeners:Admin" },
            { "PhiGateway:Listeners:Admin", "http://127.0.0.1:8080", "PhiGateway:Listeners:Admin" },
            { "PhiGateway:Listeners:Admin", "http://localhost:8080", "PhiGateway:Listeners:Admin" },
            { "PhiGateway:Listeners:Admin", "http://127.0.0.1:8080/", "PhiGateway:Listeners:Admin" },
            { "PhiGateway:Registry:Provider", "Oracle", "PhiGateway:Registry:Provider" },
            { "PhiGateway:Registry:Provider", "sqlite", "PhiGateway:Registry:Provider" },
            { "PhiGateway:Registry:ConnectionString", null, "PhiGateway:Registry:ConnectionString" },
            { "PhiGateway:Registry:ConnectionString", "env:PHIGW_TEST_NOT_SET", "PhiGateway:Registry:ConnectionString" },
            { "PhiGateway:Registry:ConnectionString", "file:/no/such/file", "PhiGateway:Registry:ConnectionString" },
            { "PhiGateway:Audit:Store:Provider", "", "PhiGateway:Audit:Store:Provider" },
            { "PhiGateway:Audit:Store:ConnectionString", null, "PhiGateway:Audit:Store:ConnectionString" },
            { "PhiGateway:Audit:Journal:Directory", null, "PhiGateway:Audit:Journal:Directory" },
            { "PhiGateway:Audit:Journal:Budget", "10 MiB", "PhiGateway:Audit:Journal:Budget" },
            { "PhiGateway:Audit:Journal:Budget", "plenty", "PhiGateway:Audit:Journal:Budget" },
            { "PhiGateway:Issuers:0:Algorithms:0", "HS256", "PhiGateway:Issuers" },
            { "PhiGateway:Issuers:0:Algorithms:0", "none", "PhiGateway:Issuers" },
            { "PhiGateway:Issuers:0:Issuer", "http://idp.hospital.example", "PhiGateway:Issuers" },
            { "PhiGateway:Issuers:0:Jwks", "/no/such/file", "PhiGateway:Issuers" },
            { "PhiGateway:Admin:BootstrapKey", "env:PHIGW_TEST_NOT_SET", "PhiGateway:Admin:BootstrapKey" },
            { "PhiGateway:Admin:BootstrapKey", "in-the-open", "PhiGateway:Admin:BootstrapKey" },
            { "ReverseProxy:Route:fhir:ClusterId", "ehr", "ReverseProxy:Route" },
            { "ReverseProxy:Routes:fhir:Cluster", "ehr", "ReverseProxy:Routes:fhir:Cluster" },
            { "ReverseProxy:Routes:fhir:Match:Hots:0", "gw", "ReverseProxy:Routes:fhir:Match:Hots" },
            { "ReverseProxy:Routes:fhir:ClusterId", "pacs", "ReverseProxy:Routes:fhir:ClusterId" },
            { "ReverseProxy:Routes:fhir:ClusterId", null, "ReverseProxy:Routes:fhir:ClusterId" },
            { "ReverseProxy:Routes:fhir:Match:Path", "/{**rest}", "ReverseProxy:Routes:fhir:Match:Path" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "*.hospital.example", "ReverseProxy:Routes:fhir:Match:Hosts:0" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "*", "ReverseProxy:Routes:fhir:Match:Hosts:0" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "gw.hospital.example:*", "ReverseProxy:Routes:fhir:Match:Hosts:0" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag", "north", "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag", "|north", "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag", "urn:t|", "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag" },
            {
                "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag",
                "urn:t|north,urn:t|south",
                "ReverseProxy:Routes:fhir:Metadata:Phi.TenantTag"
            },
            {
                "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters",
                "/no/such/file.json",
                "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters"
            },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters", "", "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters" },
            {
                "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters:0",
                "a.json",
                "ReverseProxy:Routes:fhir:Metadata:Phi.SearchParameters"
            },
            { "PhiGateway:SearchParameters:0", "/no/such/file.json", "PhiGateway:SearchParameters:0" },
            { "PhiGateway:Operations:0", "/no/such/file.json", "PhiGateway:Operations:0" },
            {
                "ReverseProxy:Routes:fhir:Metadata:Phi.Operations",
                "/no/such/file.json",
                "ReverseProxy:Routes:fhir:Metadata:Phi.Operations"
            },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Kind", "rest-json", "ReverseProxy:Routes:fhir:Metadata:Phi.Api" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Api", "lab", "ReverseProxy:Routes:fhir:Metadata:Phi.Api" },
            { "ReverseProxy:Routes:fhir:Match:Headers:0:Name", "X-Tenant", "ReverseProxy:Routes:fhir:Match:Headers" },
            { "ReverseProxy:Routes:fhir:Match:QueryParameters:0:Name", "tenant", "ReverseProxy:Routes:fhir:Match:QueryParameters" },
            { "ReverseProxy:Routes:fhir:Match:Methods:0", "GET", "ReverseProxy:Routes:fhir:Match:Methods" },
            { "ReverseProxy:Routes:fhir:Match:Path", "/other/{**rest}", "ReverseProxy:Routes:fhir:Match:Path" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Base", "/other", "ReverseProxy:Routes:fhir:Match:Path" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Base", "fhir/", "ReverseProxy:Routes:fhir:Metadata:Phi.Base" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Base", "/../fhir", "ReverseProxy:Routes:fhir:Metadata:Phi.Base" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Kind", "fhir-r5", "ReverseProxy:Routes:fhir:Metadata:Phi.Kind" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Tenant", null, "ReverseProxy:Routes:fhir:Metadata:Phi.Tenant" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Tennant", "north", "ReverseProxy:Routes:fhir:Metadata:Phi.Tennant" },
            { "ReverseProxy:Routes:fhir:Transforms:0:PathPrefix", "/x", "ReverseProxy:Routes:fhir:Transforms" },
            { "ReverseProxy:Routes:fhir:AuthorizationPolicy", "Anonymous", "ReverseProxy:Routes:fhir:AuthorizationPolicy" },
            { "PhiGateway:Issuers:0:MaxTokenLifetime", "short", "PhiGateway:Issuers:0:MaxTokenLifetime" },
            { "ReverseProxy:Clusters:ehr:HttpRequest:ActivityTimeout", "long", "ReverseProxy:Clusters:ehr:HttpRequest:ActivityTimeout" },
            { "ReverseProxy:Routes:fhir:Order", "first", "ReverseProxy:Routes:fhir:Order" },
            { "ReverseProxy:Clusters:ehr:Destinations:a:Address", "ehr.internal", "ReverseProxy:Clusters:ehr:Destinations:a:Address" },
            { "ReverseProxy:Clusters:ehr:Destinations:a:Adress", "https://ehr", "ReverseProxy:Clusters:ehr:Destinations:a:Adress" },
            { "ReverseProxy:Clusters:ehr:LoadBalancingPolicy", "PowerOfTwoChoices", "ReverseProxy:Clusters:ehr:LoadBalancingPolicy" },
            { "ReverseProxy:Clusters:ehr:LoadBalancing", "Random", "ReverseProxy:Clusters:ehr:LoadBalancing" },
            { "ReverseProxy:Clusters:ehr:SessionAffinity:Enabled", "true", "ReverseProxy:Clusters:ehr:SessionAffinity" },
            {
                "ReverseProxy:Clusters:ehr:Metadata:Phi.Credential",
                "Bearer in-the-open",
                "ReverseProxy:Clusters:ehr:Metadata:Phi.Credential"
            },
            {
                "ReverseProxy:Clusters:ehr:Metadata:Phi.Credential",
                "env:PHIGW_TEST_NOT_SET",
                "ReverseProxy:Clusters:ehr:Metadata:Phi.Credential"
            },
            {
                "ReverseProxy:Clusters:ehr:Metadata:Phi.ForwardClientToken",
                "yes",
                "ReverseProxy:Clusters:ehr:Metadata:Phi.ForwardClientToken"
            },
            { "ReverseProxy:Clusters:ehr:Metadata:Phi.SelfLinks", "never", "ReverseProxy:Clusters:ehr:Metadata:Phi.SelfLinks" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "*", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "null", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "http://app.example", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "https://app.example/", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "https://*.app.example", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "https://app.example:443", "ReverseProxy:Routes:fhir:Metadata:Phi.Origins" },
        };

    /// <summary>Nearest good values.</summary>
    public static TheoryData<string, string> Right =>
        new()
        {
            { "PhiGateway:Hosts:0", "gw" },
            { "ReverseProxy:Clusters:ehr:Metadata:Phi.SelfLinks", "optional" },
            { "ReverseProxy:Routes:fhir:Metadata:Phi.Origins", "https://app.example https://app.example:8443 http://127.0.0.1:3000" },
            { "PhiGateway:Limits:MaxRequestBody", "2097152" },
            { "PhiGateway:Registry:MaxSnapshotAge", "00:15:00" },
            { "PhiGateway:Audit:Journal:Budget", "64 MiB" },
            { "PhiGateway:Listeners:Data", "http://[::1]:8080" },
            { "PhiGateway:Listeners:Data", "http://localhost:8080" },
            { "PhiGateway:PublicBase", "http://127.0.0.1:8080" },
            { "PhiGateway:Issuers:0:Claims:Purpose", "registry" },
            { "PhiGateway:Issuers:0:Issuer", "http://127.0.0.1:9000" },
            { "ReverseProxy:Clusters:ehr:LoadBalancingPolicy", "RoundRobin" },
            { "ReverseProxy:Clusters:ehr:Metadata:Owner", "team ehr" },
            { "ReverseProxy:Clusters:ehr:HttpRequest:ActivityTimeout", "00:00:30" },
            { "ReverseProxy:Clusters:ehr:HttpClient:MaxConnectionsPerServer", "100" },
            { "ReverseProxy:Clusters:ehr:HealthCheck:Passive:Enabled", "true" },
            { "ReverseProxy:Clusters:ehr:Destinations:b:Address", "http://127.0.0.1:9001/fhir" },
            { "ReverseProxy:Clusters:ehr:Destinations:a:Health", "https://ehr.internal:8443/health" },
            { "ReverseProxy:Clusters:ehr:SessionAffinity:Enabled", "false" },
            { "ReverseProxy:Routes:fhir:Order", "1" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "gw.hospital.example" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "gw.hospital.example:8443" },
            { "ReverseProxy:Routes:fhir:Match:Hosts:0", "[::1]:8443" },
            { "ReverseProxy:Clusters:ehr:HttpClient:SslProtocols:0", "Tls13" },
            { "PhiGateway:Listeners:Admin", "http://127.0.0.2:8080" },
            { "PhiGateway:Telemetry:Otlp", "http://127.0.0.1:4318" },
            { "PhiGateway:Telemetry:Otlp", "https://collector.hospital.example:4318" },
            { "PhiGateway:Telemetry:Prometheus", "true" },
            { "Serilog:MinimumLevel", "Warning" },
        };

    [Fact]
    public void Read_GoodConfiguration_HasNoProblem() => Assert.Empty(Problems());

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_OneMistake_IsNamed(string key, string? value, string named)
    {
        var problems = Problems((key, value));

        Assert.Contains(problems, problem => problem.Key == named || problem.Key.StartsWith(named + ":", StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotContain("in-the-open", problem.Message));
    }

    [Theory]
    [MemberData(nameof(Right))]
    public void Read_NearestGoodValue_HasNoProblem(string key, string value) => Assert.Empty(Problems((key, value)));

    [Fact]
    public void Read_ManyMistakes_AreAllListed()
    {
        var problems = Problems(
            ("PhiGateway:Enviroment", "x"),
            ("PhiGateway:Limits:RequestsPerSecond", "many"),
            ("PhiGateway:Limits:Concurrency", "some"),
            ("PhiGateway:Registry:PollInterval", "often"),
            ("PhiGateway:Issuers:0:MaxTokenLifetime", "short"),
            ("PhiGateway:Node", "gw 01"),
            ("ReverseProxy:Routes:fhir:ClusterId", "pacs")
        );

        Assert.Equal(
            [
                "PhiGateway:Enviroment",
                "PhiGateway:Issuers:0:MaxTokenLifetime",
                "PhiGateway:Limits:Concurrency",
                "PhiGateway:Limits:RequestsPerSecond",
                "PhiGateway:Node",
                "PhiGateway:Registry:PollInterval",
                "ReverseProxy:Routes:fhir:ClusterId",
            ],
            problems.Select(problem => problem.Key).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Read_WrongTypes_DoNotHideGoodValues() =>
        // The other keys were read: nothing "is required" that was given.
        Assert.Equal("PhiGateway:Limits:Concurrency", Assert.Single(Problems(("PhiGateway:Limits:Concurrency", "some"))).Key);

    [Fact]
    public void Read_PasswordInTheOpen_IsRefusedAndNotEchoed()
    {
        var problems = Problems(
            ("PhiGateway:Registry:Provider", "Postgres"),
            ("PhiGateway:Registry:ConnectionString", "Host=db;Password=open-sesame"),
            ("ReverseProxy:Clusters:ehr:Metadata:Phi.Credential", "Bearer open-sesame"),
            ("PhiGateway:Admin:BootstrapKey", "open-sesame"),
            ("PhiGateway:Limits:Concurrency", "open-sesame")
        );

        Assert.Equal(4, problems.Count);
        Assert.DoesNotContain("open-sesame", string.Join(' ', problems));
    }

    [Fact]
    public void Read_ClusterWithoutDestination_IsRefused() =>
        Assert.Equal(
            "ReverseProxy:Clusters:ehr:Destinations",
            Assert.Single(Problems((Cluster + "Destinations:a:Address", null), (Cluster + "LoadBalancingPolicy", "Random"))).Key
        );

    [Fact]
    public void Read_TwoRoutesOfOneBase_AreRefused() =>
        Assert.NotEmpty(
            Problems(
                ("ReverseProxy:Routes:again:ClusterId", "ehr"),
                ("ReverseProxy:Routes:again:Match:Path", "/fhir/{**rest}"),
                ("ReverseProxy:Routes:again:Metadata:Phi.Kind", "fhir-r4"),
                ("ReverseProxy:Routes:again:Metadata:Phi.Base", "/fhir"),
                ("ReverseProxy:Routes:again:Metadata:Phi.Tenant", "south")
            )
        );

    /// <summary>
    /// Base and host of a second route, its tenant another: which of them overlap with /fhir, first at any host, then at one.
    /// </summary>
    public static TheoryData<string, string?, bool, bool> SecondRoutes =>
        new()
        {
            { "/fhir", null, true, true },
            { "/fhir", "north.hospital.example", true, true },
            { "/fhir", "NORTH.hospital.example:8443", true, true },
            { "/fhir", "south.hospital.example", true, false },
            { "/FHIR", null, true, true },
            { "/fhir/south", null, true, true },
            { "/fhir/south", "south.hospital.example", true, false },
            { "/fhir2", null, false, false },
            { "/south/fhir", null, false, false },
        };

    [Theory]
    [MemberData(nameof(SecondRoutes))]
    public void Read_TwoRoutes_MustNotMeetInOneRequest(string path, string? host, bool overlapsAnyHost, bool overlapsOneHost)
    {
        (string, string?)[] second =
        [
            ("ReverseProxy:Routes:south:ClusterId", "ehr"),
            ("ReverseProxy:Routes:south:Match:Path", path + "/{**rest}"),
            ("ReverseProxy:Routes:south:Match:Hosts:0", host),
            ("ReverseProxy:Routes:south:Metadata:Phi.Kind", "fhir-r4"),
            ("ReverseProxy:Routes:south:Metadata:Phi.Base", path),
            ("ReverseProxy:Routes:south:Metadata:Phi.Tenant", "south"),
        ];

        Assert.Equal(overlapsAnyHost ? ["ReverseProxy:Routes:south:Match"] : [], Problems(second).Select(static problem => problem.Key));
        Assert.Equal(
            overlapsOneHost ? ["ReverseProxy:Routes:south:Match"] : [],
            Problems([.. second, (Route + "Match:Hosts:0", "north.hospital.example")]).Select(static problem => problem.Key)
        );
    }

    [Fact]
    public void Read_SearchParameters_AreReadAndWhatIsWrongIsSaidWithFileAndPlace()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-parameters-");
        try
        {
            var good = Path.Combine(folder.FullName, "good.json");
            var bad = Path.Combine(folder.FullName, "bad.json");
            File.Copy(PhiGateway.Tests.Common.Infrastructure.RepositoryPaths.Of("tests", "search-parameters", "us-core-style.json"), good);
            Assert.Empty(Problems(("PhiGateway:SearchParameters:0", good)));
            Assert.Empty(Problems(("PhiGateway:SearchParameters:0", folder.FullName)));
            Assert.Empty(Problems((Route + "Metadata:Phi.SearchParameters", folder.FullName)));
            var operations = PhiGateway.Tests.Common.Infrastructure.RepositoryPaths.Of("tests", "operations", "ehr-operations.json");
            Assert.Empty(Problems(("PhiGateway:Operations:0", operations)));
            Assert.Empty(
                Problems((Route + "Metadata:Phi.SearchParameters", folder.FullName), (Route + "Metadata:Phi.Operations", operations))
            );

            File.WriteAllText(
                bad,
                """{"resourceType":"SearchParameter","url":"https://x.example/a","code":"name","base":["Patient"],"type":"string","expression":"Patient.name"}"""
            );
            foreach (var key in new[] { "PhiGateway:SearchParameters:0", Route + "Metadata:Phi.SearchParameters" })
            {
                var problem = Assert.Single(Problems((key, bad)));
                Assert.Equal(key, problem.Key);
                Assert.StartsWith($"{bad}: /code is a parameter that R4 has for Patient", problem.Message, StringComparison.Ordinal);
            }

            // The same parameter for all routes and again for one.
            Assert.Equal(
                Route + "Metadata:Phi.SearchParameters",
                Assert.Single(
                    Problems(("PhiGateway:SearchParameters:0", good), (Route + "Metadata:Phi.SearchParameters", good))
                        .Select(static problem => problem.Key)
                        .Distinct()
                )
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Tags of two routes to one backend, the tenant of the second, and whether they tell the tenants apart.</summary>
    public static TheoryData<string?, string?, string, bool> TagsOfOneBackend =>
        new()
        {
            { null, null, "south", true },
            { "urn:t|north", "urn:t|south", "south", true },
            { "urn:t|north", "urn:t|north", "north", true },
            { null, "urn:t|south", "south", false },
            { "urn:t|north", null, "south", false },
            { "urn:t|north", "urn:t|north", "south", false },
            { "urn:t|north", "urn:u|south", "south", false },
            { "urn:t|north", "urn:t|south", "north", false },
            { "urn:t|north", null, "north", false },
        };

    [Theory]
    [MemberData(nameof(TagsOfOneBackend))]
    public void Read_TenantsOfOneBackend_MustBeToldApartWholly(string? first, string? second, string tenant, bool isGood)
    {
        var problems = Problems(
            (Route + "Metadata:Phi.TenantTag", first),
            ("ReverseProxy:Clusters:again:Destinations:x:Address", "https://EHR.internal:8443/r4/"),
            ("ReverseProxy:Routes:second:ClusterId", "again"),
            ("ReverseProxy:Routes:second:Match:Path", "/second/fhir/{**rest}"),
            ("ReverseProxy:Routes:second:Metadata:Phi.Kind", "fhir-r4"),
            ("ReverseProxy:Routes:second:Metadata:Phi.Base", "/second/fhir"),
            ("ReverseProxy:Routes:second:Metadata:Phi.Tenant", tenant),
            ("ReverseProxy:Routes:second:Metadata:Phi.TenantTag", second)
        );

        Assert.Equal(isGood ? [] : ["ReverseProxy:Routes:second:Metadata:Phi.TenantTag"], problems.Select(static problem => problem.Key));
    }

    [Fact]
    public void Read_TwoRoutesOfTwoBases_AreGood() =>
        Assert.Empty(
            Problems(
                ("ReverseProxy:Routes:south:ClusterId", "ehr"),
                ("ReverseProxy:Routes:south:Match:Path", "/south/fhir/{**rest}"),
                ("ReverseProxy:Routes:south:Metadata:Phi.Kind", "fhir-r4"),
                ("ReverseProxy:Routes:south:Metadata:Phi.Base", "/south/fhir"),
                ("ReverseProxy:Routes:south:Metadata:Phi.Tenant", "south")
            )
        );
}

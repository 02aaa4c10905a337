using Microsoft.Extensions.Configuration;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>Routes that lead to one server are one server: what stands below the base of another is a name of it, and of no other.</summary>
public sealed class RouteCatalogTests
{
    private static readonly Dictionary<string, string?> Written = new()
    {
        ["Routes:north:ClusterId"] = "ehr",
        ["Routes:north:Metadata:Phi.Kind"] = "fhir-r4",
        ["Routes:north:Metadata:Phi.Base"] = "/north",
        ["Routes:south:ClusterId"] = "ehr-again",
        ["Routes:south:Metadata:Phi.Kind"] = "fhir-r4",
        ["Routes:south:Metadata:Phi.Base"] = "/south",
        ["Routes:south:Match:Hosts:0"] = "south.example",
        ["Routes:south:Match:Hosts:1"] = "south-2.example",
        ["Routes:west:ClusterId"] = "other",
        ["Routes:west:Metadata:Phi.Kind"] = "fhir-r4",
        ["Routes:west:Metadata:Phi.Base"] = "/west",
        ["Clusters:ehr:Destinations:a:Address"] = "http://ehr.internal:8080/r4/",
        ["Clusters:ehr-again:Destinations:a:Address"] = "http://EHR.internal:8080/r4",
        ["Clusters:ehr-again:Metadata:Phi.Bases"] = "https://ehr.example/r4",
        ["Clusters:other:Destinations:a:Address"] = "http://other.internal:8080/r4",
    };

    private readonly GatewayOptions _options = new() { PublicBase = "https://gw.example", Hosts = ["gw-2.example"] };

    [Fact]
    public void Find_RoutesOfOneServer_KnowEachOthersBases()
    {
        _options.RoutePlaces = RoutePlaces.Of(Section(Written));

        var route = new RouteCatalog(_options, new NoCredentials()).Find(Proxy());

        Assert.Equal(
            ["https://ehr.example/r4", "https://gw-2.example/north", "https://south-2.example/south", "https://south.example/south"],
            route!.Language.Aliases.Order(StringComparer.Ordinal)
        );
        Assert.Equal("https://gw.example/north", route.Language.GatewayBase);
    }

    [Fact]
    public void Find_AfterAnotherRouteWasTakenAway_KnowsItNoMore()
    {
        _options.RoutePlaces = RoutePlaces.Of(Section(Written));
        var (catalog, proxy) = (new RouteCatalog(_options, new NoCredentials()), Proxy());
        Assert.NotEmpty(catalog.Find(proxy)!.Language.Aliases);

        _options.RoutePlaces = RoutePlaces.Of(Section(new Dictionary<string, string?>()));

        Assert.Empty(catalog.Find(proxy)!.Language.Aliases);
    }

    [Fact]
    public void TagsOf_ATenant_AreThoseOfItsRoutesInItsEnvironment()
    {
        var places = RoutePlaces.Of(
            Section(
                new Dictionary<string, string?>(Written)
                {
                    ["Routes:north:Metadata:Phi.Tenant"] = "north",
                    ["Routes:north:Metadata:Phi.TenantTag"] = "https://t|north",
                    ["Routes:south:Metadata:Phi.Tenant"] = "south",
                    ["Routes:south:Metadata:Phi.Environment"] = "test",
                    ["Routes:south:Metadata:Phi.TenantTag"] = "https://t|south",
                    ["Routes:west:Metadata:Phi.Tenant"] = "north",
                    ["Routes:west:Metadata:Phi.TenantTag"] = "https://t|north",
                }
            )
        );

        Assert.Equal(["https://t|north"], RoutePlaces.TagsOf(places, "north", "production", usual: "production"));
        Assert.Equal(["https://t|south"], RoutePlaces.TagsOf(places, "south", "test", usual: "production"));
        Assert.Empty(RoutePlaces.TagsOf(places, "south", "production", usual: "production"));
        Assert.Empty(RoutePlaces.TagsOf(places, "west", "production", usual: "production"));
    }

    // As the word stands in a file, and as a boolean of JSON comes from it.
    [Theory]
    [InlineData("false", false)]
    [InlineData("False", false)]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData(null, true)]
    [InlineData("no", null)]
    public void Find_YesOrNo_IsReadAsItIsValidated_AndPermitsNothingOtherwise(string? word, bool? said)
    {
        var route = new RouteCatalog(_options, new NoCredentials()).Find(
            Proxy(word, RouteMetadata.UpdateCreates, RouteMetadata.ChecksReferences, RouteMetadata.TakesUpParameters)
        )!;

        Assert.Equal(said ?? false, route.UpdateCreates);
        Assert.Equal(said ?? true, route.ChecksReferences);
        Assert.Equal(said ?? true, route.Language.TakesUpParameters);
    }

    private static IConfigurationSection Section(Dictionary<string, string?> written) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(written.Select(static pair => KeyValuePair.Create("ReverseProxy:" + pair.Key, pair.Value)))
            .Build()
            .GetSection("ReverseProxy");

    private static OneRoute Proxy(string? word = null, params string[] names)
    {
        var metadata = new Dictionary<string, string>
        {
            [RouteMetadata.Kind] = RouteMetadata.FhirR4,
            [RouteMetadata.Base] = "/north",
            [RouteMetadata.Tenant] = "north",
        };
        foreach (var name in word is null ? [] : names)
        {
            metadata[name] = word!;
        }

        return new(
            new RouteConfig
            {
                RouteId = "north",
                ClusterId = "ehr",
                Match = new RouteMatch { Path = "/north/{**rest}" },
                Metadata = metadata,
            },
            new ClusterConfig
            {
                ClusterId = "ehr",
                Destinations = new Dictionary<string, DestinationConfig> { ["a"] = new() { Address = "http://ehr.internal:8080/r4/" } },
            }
        );
    }

    private sealed class NoCredentials : IBackendCredentials
    {
        public BackendCredential? Find(string reference) => null;

        public UpstreamCertificate FindCertificate(string certificate, string key) => throw new NotSupportedException();
    }

    private sealed class OneRoute(RouteConfig route, ClusterConfig cluster) : IReverseProxyFeature
    {
        public RouteModel Route { get; } = new(route, new ClusterState(cluster.ClusterId), HttpTransformer.Empty);

        public ClusterModel Cluster { get; set; } = new(cluster, new HttpMessageInvoker(new SocketsHttpHandler()));

        public IReadOnlyList<DestinationState> AllDestinations => [];

        public IReadOnlyList<DestinationState> AvailableDestinations { get; set; } = [];

        public DestinationState? ProxiedDestination { get; set; }
    }
}

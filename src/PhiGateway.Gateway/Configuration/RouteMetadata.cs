using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Configuration;

/// <summary>The metadata keys that a YARP route or cluster carries for the gateway.</summary>
internal static class RouteMetadata
{
    /// <summary>Route: what is spoken there; <c>fhir-r4</c> or <c>rest-json</c>. Required.</summary>
    public const string Kind = "Phi.Kind";

    /// <summary>Route: the base as a path, such as <c>/fhir</c>. Required.</summary>
    public const string Base = "Phi.Base";

    /// <summary>Route: the tenant whose data is behind it. Required.</summary>
    public const string Tenant = "Phi.Tenant";

    /// <summary>Route: environment when it differs from the gateway's.</summary>
    public const string Environment = "Phi.Environment";

    /// <summary>
    /// Cluster: value of the upstream's Authorization header, by reference, or <c>use:NAME</c>: one of <c>PhiGateway:BackendCredentials</c>.
    /// </summary>
    public const string Credential = "Phi.Credential";

    /// <summary>Cluster: PEM file of the certificate, and its chain, that is shown to the upstream in the handshake.</summary>
    public const string ClientCertificate = "Phi.ClientCertificate";

    /// <summary>Cluster: PEM file of that certificate's private key.</summary>
    public const string ClientCertificateKey = "Phi.ClientCertificateKey";

    /// <summary>Cluster. Security: <c>true</c> sends the client's own token upstream.</summary>
    public const string ForwardClientToken = "Phi.ForwardClientToken";

    /// <summary>
    /// Cluster: what the upstream's self links must show of a narrowed search, <c>required</c> (default), <c>optional</c> or, Security,
    /// <c>ignored</c>.
    /// </summary>
    public const string SelfLinks = "Phi.SelfLinks";

    /// <summary>
    /// Cluster: bases under which the servers behind name themselves in links and references, separated by spaces, where they differ from
    /// the addresses that are called; none: they do not.
    /// </summary>
    public const string Bases = "Phi.Bases";

    /// <summary>
    /// Cluster: bases under which the server behind keeps the files of exports elsewhere, separated by spaces; none: an export file that
    /// lies elsewhere is not fetched. Security: they are called without the upstream's credential.
    /// </summary>
    public const string Storage = "Phi.Storage";

    /// <summary>Route of kind <c>rest-json</c>: which of <c>PhiGateway:Apis</c> declares what may be asked there. Required.</summary>
    public const string Api = "Phi.Api";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>: the tag that every record of the tenant carries (<c>system|code</c>), where several tenants share the
    /// backend; none: the backend is the tenant's own.
    /// </summary>
    public const string TenantTag = "Phi.TenantTag";

    /// <summary>
    /// Route: the web origins whose apps a browser lets read the answers, separated by spaces (<c>https://app.example</c>); none: no
    /// browser does.
    /// </summary>
    public const string Origins = "Phi.Origins";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>: a file or folder of FHIR <c>SearchParameter</c> resources, what the server has beside R4's and
    /// <c>PhiGateway:SearchParameters</c>; none by default.
    /// </summary>
    public const string SearchParameters = "Phi.SearchParameters";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>: a file or folder of FHIR <c>OperationDefinition</c> resources, what the server has beside R4's and
    /// <c>PhiGateway:Operations</c>; none by default.
    /// </summary>
    public const string Operations = "Phi.Operations";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>: whether an update may create what is not there, <c>true</c> (default) or <c>false</c>: an id that is free
    /// and one that is somebody else's are then one answer.
    /// </summary>
    public const string UpdateCreates = "Phi.UpdateCreates";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>. Security: whether the server behind may refuse content whose references point nowhere, <c>true</c>
    /// (default) or <c>false</c>: by what becomes of a write it then tells which ids there are, so each record that is named anew is looked up.
    /// </summary>
    public const string ChecksReferences = "Phi.ChecksReferences";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>. Security: whether the server behind searches by the SearchParameters and CompartmentDefinitions that are
    /// stored in it, <c>true</c> (default) or <c>false</c>: by writing one a client would change what every search finds.
    /// </summary>
    public const string TakesUpParameters = "Phi.TakesUpParameters";

    /// <summary>
    /// Route of kind <c>fhir-r4</c>: further URLs, separated by spaces, that no written content may carry because a server behind reads them
    /// as an order where to keep it; <c>none</c>: not even the known ones are looked for.
    /// </summary>
    public const string RoutingMarks = "Phi.RoutingMarks";

    /// <summary>A FHIR R4 server.</summary>
    public const string FhirR4 = "fhir-r4";

    /// <summary>A JSON REST API that a table declares.</summary>
    public const string RestJson = "rest-json";

    /// <summary>Keys a route may have.</summary>
    public static readonly string[] OfRoutes =
    [
        Kind,
        Base,
        Tenant,
        Environment,
        Api,
        TenantTag,
        Origins,
        SearchParameters,
        Operations,
        UpdateCreates,
        ChecksReferences,
        TakesUpParameters,
        RoutingMarks,
    ];

    /// <summary>Keys a cluster may have.</summary>
    public static readonly string[] OfClusters =
    [
        Credential,
        ClientCertificate,
        ClientCertificateKey,
        ForwardClientToken,
        SelfLinks,
        Bases,
        Storage,
    ];

    /// <summary>Reads a tenant's tag: both parts, none of them with a character that FHIR search would have to escape.</summary>
    public static bool TryReadTag(string text, out TokenValue tag) =>
        TokenValue.TryParse(text, out tag)
        && tag is { System.Length: > 0, Code.Length: > 0 }
        && text.All(static c => c is > ' ' and < (char)127 and not (',' or '$' or '\\' or '"'));
}

using System.Text;
using System.Text.Json;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Reads requests the way the host does, with a scanner that knows type, id and subject.</summary>
internal static class RequestFixture
{
    internal static readonly FhirContext Context = new()
    {
        GatewayBase = "https://gw.hospital.example/fhir",
        UpstreamBases = ["https://ehr.internal:8443/r4"],
    };

    internal static readonly IBodyScanner Scanner = new SubjectScanner();

    internal static Reading<FhirRequest> Read(
        string method,
        string target,
        FhirHeaders headers = default,
        string body = "",
        FhirContext? context = null
    )
    {
        var line = CanonicalReader.ReadAsked(method, target, "/fhir");
        return line.TryGet(out var canonical, out var refusal)
            ? FhirRequestReader.Read(canonical, headers, Encoding.UTF8.GetBytes(body), context ?? Context, Scanner)
            : Reading<FhirRequest>.Refused(refusal, line.Detail);
    }

    /// <summary>Reads with the scanner that the host uses.</summary>
    internal static Reading<FhirRequest> ReadWhole(string method, string target, FhirHeaders headers, string body, FhirContext context)
    {
        var line = CanonicalReader.ReadAsked(method, target, "/fhir");
        return line.TryGet(out var canonical, out var refusal)
            ? FhirRequestReader.Read(canonical, headers, Encoding.UTF8.GetBytes(body), context)
            : Reading<FhirRequest>.Refused(refusal, line.Detail);
    }

    internal static FhirRequest Understood(string method, string target, FhirHeaders headers = default, string body = "")
    {
        var reading = Read(method, target, headers, body);
        Assert.True(reading.TryGet(out var request, out var refusal), $"{method} {target}: {refusal} ({reading.Detail})");
        return request;
    }

    internal static DenyReason Refused(string method, string target, FhirHeaders headers = default, string body = "")
    {
        Assert.False(Read(method, target, headers, body).TryGet(out _, out var refusal), $"{method} {target} was understood");
        return refusal!;
    }

    internal static FhirHeaders Json => new() { ContentType = "application/fhir+json" };

    internal static FhirHeaders Form => new() { ContentType = "application/x-www-form-urlencoded" };

    internal static FhirHeaders Async => new() { Prefer = "respond-async" };

    internal static Permit Permit(params Obligation[] obligations) => new("use-case/1", obligations, new OpenPolicy());

    private sealed class SubjectScanner : IBodyScanner
    {
        public bool TryScan(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts)
        {
            if (!StrictJson.TryParse(json.ToArray(), context.MaxDepth, out var document))
            {
                return false;
            }

            using var parsed = document;
            if (!StrictJson.TryReadType(document.RootElement, out var type))
            {
                return false;
            }

            facts.Reset();
            facts.Type = type;
            facts.Id = StrictJson.Text(document.RootElement, "id");
            return true;
        }
    }

    private sealed class OpenPolicy : ReleasePolicy
    {
        public override ResourceTypeSet Types => ResourceTypeSet.All;

        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => [];

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.All;

        public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Released(ElementSet.All, "use-case/1");
    }
}

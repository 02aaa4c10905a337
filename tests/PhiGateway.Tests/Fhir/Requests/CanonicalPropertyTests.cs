using FsCheck;
using FsCheck.Fluent;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>What is read once is read again the same way, by us and by a decoder that is not ours.</summary>
public sealed class CanonicalPropertyTests
{
    private static readonly string[] Segments =
    [
        "Patient",
        "Observation",
        "17",
        "a-b",
        "a.b",
        "%41",
        "%2D1",
        "%24everything",
        "$lastn",
        "*",
        "_history",
        "_search",
        "%7E",
        "a~b",
        "..",
        "%2e",
        "%2F",
        "x;y",
        "",
    ];
    private static readonly string[] Names =
    [
        "patient",
        "subject%3APatient",
        "code",
        "name",
        "_id",
        "a%20b",
        "é",
        "%C3%A9",
        "_count",
        "na+me",
        "",
    ];
    private static readonly string[] Values =
    [
        "17",
        "Patient/17",
        "http://loinc.org|1",
        "a%2Cb",
        "a%26b%3Dc",
        "100%25",
        "%25",
        "%E2%82%AC",
        "%F0%9F%98%80",
        "a+b",
        "a%2Bb",
        "x=y",
        "x==",
        "%5C,",
        "%2541",
        "%ff",
        "%00",
        "?",
        "/..//",
        "",
    ];

    private static readonly Gen<string> Targets =
        from segments in Gen.Elements(Segments).ListOf()
        from pairs in Gen.Elements(Names).SelectMany(name => Gen.Elements(Values), (name, value) => $"{name}={value}").ListOf()
        select $"/fhir{string.Concat(segments.Take(5).Select(segment => $"/{segment}"))}{(pairs.Count == 0 ? string.Empty : "?" + string.Join('&', pairs))}";

    private static readonly Gen<string> Searches =
        from pairs in Gen.Elements(
                "patient=17",
                "patient=Patient/17",
                "patient=https://gw.hospital.example/fhir/Patient/17",
                "subject=17",
                "code=http://loinc.org|1,2",
                "category=a%5C,b",
                "code:text=a+b",
                "_count=5",
                "_sort=-date",
                "date=ge2026-01-01",
                "performer=Practitioner/1",
                "_include=Observation:patient",
                "patient.name=%C3%A9va",
                "_has:Provenance:target:recorded=2026",
                "value-string=100%25"
            )
            .NonEmptyListOf()
        select $"/fhir/Observation?{string.Join('&', pairs.Distinct().Take(6))}";

    [Fact]
    public void Read_ItsOwnSpelling_GivesTheSameRequest() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(
                Targets.ToArbitrary(),
                static target =>
                {
                    if (!CanonicalReader.Read("GET", target, "/fhir").TryGet(out var once, out _))
                    {
                        return true;
                    }

                    return CanonicalReader.Read("GET", once.ToTarget(), "/fhir").TryGet(out var twice, out _)
                        && once.Segments.SequenceEqual(twice.Segments)
                        && once.Query.SequenceEqual(twice.Query)
                        && once.ToTarget() == twice.ToTarget();
                }
            )
        );

    [Fact]
    public void ToTarget_DecodedByAnother_MeansTheSame() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(
                Targets.ToArbitrary(),
                static target =>
                {
                    if (!CanonicalReader.Read("GET", target, "/fhir").TryGet(out var request, out _))
                    {
                        return true;
                    }

                    var uri = new Uri("http://upstream.example" + request.ToTarget());
                    var pairs = System.Web.HttpUtility.ParseQueryString(uri.Query);
                    return uri.AbsolutePath.TrimEnd('/').Split('/').Skip(2).Select(Uri.UnescapeDataString).SequenceEqual(request.Segments)
                        && request
                            .Query.GroupBy(parameter => parameter.Name)
                            .All(group => group.Select(parameter => parameter.Value).SequenceEqual(pairs.GetValues(group.Key) ?? []));
                }
            )
        );

    [Fact]
    public void Create_ReadAgainAsARequest_AsksForTheSame() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(
                Searches.ToArbitrary(),
                static target =>
                {
                    if (!RequestFixture.Read("GET", target).TryGet(out var request, out _))
                    {
                        return true;
                    }

                    var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());
                    var again = RequestFixture.Understood("GET", "/fhir" + call.PathAndQuery);
                    return request.Parameters.SequenceEqual(again.Parameters)
                        && request.Parts.Count == again.Parts.Count
                        && request
                            .Parts.Zip(again.Parts)
                            .All(pair =>
                                pair.First.Type == pair.Second.Type
                                && pair.First.Role == pair.Second.Role
                                && pair.First.Include == pair.Second.Include
                                && pair.First.Patients.SequenceEqual(pair.Second.Patients)
                            );
                }
            )
        );
}

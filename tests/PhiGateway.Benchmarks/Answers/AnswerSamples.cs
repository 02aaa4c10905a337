using System.Text;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Benchmarks.Answers;

/// <summary>The answers that the benchmarks read: a vital sign of two kilobytes as servers write it, and a search of a megabyte.</summary>
internal static class AnswerSamples
{
    public static FhirContext Context { get; } =
        new() { GatewayBase = "https://gw.example/fhir", UpstreamBases = ["https://ehr.internal:8443/r4"] };

    public static ReleasePolicy Policy { get; } = new EveryPatientPolicy();

    public static FhirRequest Read { get; } = Request(Interaction.Read, "o1");

    public static FhirRequest Search { get; } = Request(Interaction.SearchType, null);

    public static byte[] Observation(string id) =>
        Encoding.UTF8.GetBytes(
            $$"""
            {"resourceType":"Observation","id":"{{id}}","meta":{"versionId":"3","lastUpdated":"2026-03-04T05:06:07.891Z","source":"#a1b2c3d4e5f6a7b8","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"]},
            "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p><b>Blood pressure</b></p><p>systolic 107 mmHg, diastolic 60 mmHg, taken while sitting on the right arm by the nurse on duty; below low normal, no dizziness reported</p></div>"},
            "identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281"}],"status":"final",
            "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel with all children optional"}],"text":"Blood pressure systolic & diastolic"},
            "subject":{"reference":"Patient/patient-0815","display":"Example Patient"},"encounter":{"reference":"Encounter/e-4711"},"effectiveDateTime":"2026-03-04T05:00:00Z","issued":"2026-03-04T05:06:07.891Z",
            "performer":[{"reference":"Practitioner/p-1"}],"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"L","display":"low"}],"text":"Below low normal"}],
            "bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"368209003","display":"Right arm"}]},
            "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic blood pressure"}]},"valueQuantity":{"value":107,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"} },
            {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4","display":"Diastolic blood pressure"}]},"valueQuantity":{"value":60,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"} } ] }
            """.ReplaceLineEndings(string.Empty)
        );

    public static byte[] SearchSet(int bytes)
    {
        var text = new StringBuilder(
            """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://ehr.internal:8443/r4/Observation?patient=patient-0815"}],"entry":["""
        );
        for (var place = 0; text.Length < bytes; place++)
        {
            text.Append(place == 0 ? string.Empty : ",")
                .Append($$"""{"fullUrl":"https://ehr.internal:8443/r4/Observation/o{{place}}","resource":""")
                .Append(Encoding.UTF8.GetString(Observation("o" + place)))
                .Append(""","search":{"mode":"match"}}""");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static FhirRequest Request(Interaction interaction, string? id) =>
        new()
        {
            Canonical = new CanonicalRequest("GET", "/fhir", [], []),
            Interaction = interaction,
            Type = ResourceType.Parse("Observation"),
            Id = id,
            Parts = [],
            Template = "benchmark",
        };

    private sealed class EveryPatientPolicy : ReleasePolicy
    {
        private static readonly string[] Needed = ["category"];

        public override ResourceTypeSet Types => ResourceTypeSet.All;

        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => Needed;

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.All;

        public override ReleaseVerdict Judge(ResourceFacts facts) =>
            facts.Owner == OwnerState.Known
                ? ReleaseVerdict.Released(ElementSet.All, "benchmark/1")
                : ReleaseVerdict.Withheld(WithholdReason.UndeterminedPatient);
    }
}

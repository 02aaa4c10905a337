using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

public sealed class ResourceScannerLabelTests
{
    private const string Conf = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    private const string Act = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Inline = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label";

    [Theory]
    [InlineData("", Confidentiality.Normal, "")]
    [InlineData("[]", Confidentiality.Normal, "")]
    [InlineData("C:U", Confidentiality.Unrestricted, "")]
    [InlineData("C:L", Confidentiality.Low, "")]
    [InlineData("C:N", Confidentiality.Normal, "")]
    [InlineData("C:R", Confidentiality.Restricted, "")]
    [InlineData("C:V", Confidentiality.VeryRestricted, "")]
    [InlineData("C:L C:R C:N", Confidentiality.Restricted, "")]
    [InlineData("C:X", Confidentiality.VeryRestricted, "")]
    [InlineData("C:r", Confidentiality.VeryRestricted, "")]
    [InlineData("C:", Confidentiality.VeryRestricted, "")]
    [InlineData("C:HIV", Confidentiality.Restricted, "HIV")]
    [InlineData("C:C", Confidentiality.Restricted, "CEL")]
    [InlineData("C:D", Confidentiality.Restricted, "")]
    [InlineData("A:PSY", Confidentiality.Normal, "PSY")]
    [InlineData("A:PSY C:R A:SUD A:PSY", Confidentiality.Restricted, "PSY SUD")]
    [InlineData("O:REDACTED", Confidentiality.Normal, "")]
    public void TryScan_MetaSecurity_GivesHighWaterMarkAndLabels(string labels, Confidentiality confidentiality, string others)
    {
        var security = labels switch
        {
            "" => string.Empty,
            "[]" => ",\"meta\":{\"security\":[]}",
            _ => ",\"meta\":{\"security\":[" + string.Join(",", labels.Split(' ').Select(Coding)) + "]}",
        };
        var facts = AnswerCases.Scan($$"""{"resourceType":"Patient","id":"1"{{security}}}""");
        Assert.Equal(confidentiality, facts?.Confidentiality);
        Assert.Equal(others, string.Join(" ", facts!.Labels.Select(static label => label.Code)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"1","meta":{"security":[{"code":"X"}]}}""", Confidentiality.Normal, "|X")]
    [InlineData("""{"resourceType":"Patient","id":"1","meta":{"security":[{"display":"secret"}]}}""", Confidentiality.Normal, "|")]
    [InlineData(
        """{"resourceType":"Patient","id":"1","meta":{"security":{"system":"{c}","code":"V"}}}""",
        Confidentiality.VeryRestricted,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","meta":{"security":[{"system":"http:\/\/terminology.hl7.org\/CodeSystem\/v3-Confidentiality","code":"\u0052"}]}}""",
        Confidentiality.Restricted,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","meta":{"security":[{"system":"{c}","code":"L"}]},"contained":[{"resourceType":"Organization","meta":{"security":[{"system":"{c}","code":"V"},{"system":"{a}","code":"HIV"}]}}]}""",
        Confidentiality.VeryRestricted,
        "{a}|HIV"
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","contained":[{"resourceType":"Organization","meta":{"security":[{"system":"{c}","code":"L"}]}}]}""",
        Confidentiality.Normal,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","name":[{"extension":[{"url":"{i}","valueCoding":{"system":"{a}","code":"HIV"}}],"family":"x"}]}""",
        Confidentiality.Normal,
        "{a}|HIV"
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","_birthDate":{"extension":[{"valueCoding":{"system":"{c}","code":"R"},"url":"{i}"}]}}""",
        Confidentiality.Restricted,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","modifierExtension":[{"url":"http://other.example/inline-sec-label","valueCodeableConcept":{"coding":[{"system":"{c}","code":"R"},{"system":"{a}","code":"ETH"}]}}]}""",
        Confidentiality.Restricted,
        "{a}|ETH"
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","extension":[{"url":"{i}","extension":[{"url":"label","valueCoding":{"system":"{c}","code":"R"}}]}]}""",
        Confidentiality.Restricted,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","extension":[{"url":"outer","extension":[{"url":"{i}","valueCoding":{"system":"{c}","code":"R"}}]}]}""",
        Confidentiality.Restricted,
        ""
    )]
    [InlineData("""{"resourceType":"Patient","id":"1","extension":[{"url":"{i}"}]}""", Confidentiality.VeryRestricted, "")]
    [InlineData(
        """{"resourceType":"Patient","id":"1","extension":[{"url":"{i}","valueCoding":{"system":"{c}","code":"L"}}]}""",
        Confidentiality.Normal,
        ""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","extension":[{"url":"http://x/race","valueCoding":{"system":"{c}","code":"V"}}]}""",
        Confidentiality.Normal,
        ""
    )]
    [InlineData("""{"resourceType":"Composition","confidentiality":"R"}""", Confidentiality.Restricted, "")]
    [InlineData("""{"resourceType":"Composition","confidentiality":"L"}""", Confidentiality.Low, "")]
    [InlineData("""{"resourceType":"Composition","confidentiality":"Q"}""", Confidentiality.VeryRestricted, "")]
    [InlineData(
        """{"resourceType":"DocumentReference","securityLabel":[{"coding":[{"system":"{c}","code":"V"}]},{"coding":[{"system":"{a}","code":"PSY"}]}]}""",
        Confidentiality.VeryRestricted,
        "{a}|PSY"
    )]
    [InlineData(
        """{"resourceType":"DocumentReference","securityLabel":[{"coding":[{"system":"{c}","code":"U"}]}]}""",
        Confidentiality.Normal,
        ""
    )]
    [InlineData(
        """{"resourceType":"Consent","provision":{"provision":[{"provision":[{"securityLabel":[{"system":"{c}","code":"V"}]}]}]}}""",
        Confidentiality.VeryRestricted,
        ""
    )]
    [InlineData(
        """{"resourceType":"Observation","securityLabel":[{"coding":[{"system":"{c}","code":"V"}]}]}""",
        Confidentiality.Normal,
        ""
    )]
    public void TryScan_LabelsElsewhere_RaiseTheResource(string json, Confidentiality confidentiality, string label)
    {
        var facts = AnswerCases.Scan(Fill(json));
        Assert.Equal(confidentiality, facts?.Confidentiality);
        Assert.Equal(Fill(label), string.Join(" ", facts!.Labels.Select(static found => found.System + "|" + found.Code)));
    }

    private static string Fill(string text) => text.Replace("{c}", Conf).Replace("{a}", Act).Replace("{i}", Inline);

    private static string Coding(string label)
    {
        var system = label[0] switch
        {
            'C' => Conf,
            'A' => Act,
            _ => "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        };
        return $$"""{"system":"{{system}}","code":"{{label[2..]}}"}""";
    }
}

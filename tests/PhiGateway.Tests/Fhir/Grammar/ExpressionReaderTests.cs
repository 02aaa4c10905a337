using PhiGateway.Fhir.Grammar.Declared;
using Xunit;

namespace PhiGateway.Tests.Fhir.Grammar;

/// <summary>An expression is read to the elements that it looks at, or not at all.</summary>
public sealed class ExpressionReaderTests
{
    /// <summary>Expression, and its ways as type:element:path with ! for plain ones and the type that is asked for.</summary>
    public static TheoryData<string, string> Known =>
        new()
        {
            { "Goal.description", "Goal:description:description!" },
            { " Goal.description ", "Goal:description:description!" },
            { "CareTeam.participant.role", "CareTeam:participant:participant.role!" },
            {
                "Patient.extension.where(url = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race').extension.value.code",
                "Patient:extension:extension.extension.value.code"
            },
            { "Condition.extension.where(url='http://x').valueDateTime", "Condition:extension:extension.valueDateTime" },
            { "Observation.extension('http://x').value", "Observation:extension:extension.value" },
            { "Observation.extension('http://x/(a)').value.ofType(Reference)", "Observation:extension:extension.valueReference" },
            { "(Condition.onset as dateTime)", "Condition:onsetDateTime:onsetDateTime!" },
            { "Condition.onset.as(Age) | Condition.onset.as(Range)", "Condition:onsetAge:onsetAge! Condition:onsetRange:onsetRange!" },
            { "Observation.value.ofType(Quantity)", "Observation:valueQuantity:valueQuantity!" },
            { "Observation.component.value as Quantity", "Observation:component:component.valueQuantity!" },
            { "(Patient.name | Patient.contact.name).family", "Patient:name:name.family! Patient:contact:contact.name.family!" },
            { "Encounter.subject.where(resolve() is Patient)", "Encounter:subject:subject!Patient" },
            { "Patient.telecom.where(system='phone' and use = 'home').value", "Patient:telecom:telecom.value" },
            { "Patient.name.first().family", "Patient:name:name.family" },
            { "Patient.name[0].family", "Patient:name:name.family" },
            { "Patient.deceased.exists()", "Patient:deceased:deceased" },
        };

    [Theory]
    [MemberData(nameof(Known))]
    public void TryRead_Known_TellsTheElements(string expression, string ways) =>
        Assert.Equal(
            ways,
            string.Join(
                ' ',
                ExpressionReader
                    .TryRead(expression)!
                    .Select(static way => $"{way.Type}:{way.Element}:{way.Path}{(way.IsPlain ? "!" : string.Empty)}{way.Target}")
            )
        );

    [Theory]
    [InlineData("")]
    [InlineData("Patient")]
    [InlineData("description")]
    [InlineData("Patient.")]
    [InlineData(".description")]
    [InlineData("Condition.subject.resolve().name")]
    [InlineData("Condition.subject.resolve() is Patient")]
    [InlineData("Condition.where(subject.resolve().active)")]
    [InlineData("Condition.subject.where(resolve().name = 'x')")]
    [InlineData("Condition.subject.where(resolve() is Patient or resolve() is Group)")]
    [InlineData("Condition.subject.where(resolve() is )")]
    [InlineData("%resource.name")]
    [InlineData("Patient.name.where($this.use = 'x')")]
    [InlineData("Patient.name.where(%context.active = 'x')")]
    [InlineData("Patient.name.where()")]
    [InlineData("Patient.name.where(use = 'x'")]
    [InlineData("Patient.name.where(use = 'x\\'')")]
    [InlineData("Patient.name.where(use = 'x' or exists())")]
    [InlineData("Patient.where(active = true).name")]
    [InlineData("Patient.first().name")]
    [InlineData("Patient[0].name")]
    [InlineData("Patient.as(Patient).name")]
    [InlineData("Patient.descendants().value")]
    [InlineData("Patient.children()")]
    [InlineData("Patient.repeat(extension)")]
    [InlineData("Patient.extension(url).value")]
    [InlineData("Patient.extension('a' | 'b').value")]
    [InlineData("Patient.name | ")]
    [InlineData("Patient.name; Patient.birthDate")]
    [InlineData("Patient.name + Patient.birthDate")]
    [InlineData("Patient.deceased.exists() and Patient.deceased != false")]
    [InlineData("iif(Patient.active, Patient.name, Patient.birthDate)")]
    [InlineData("Patient.name[-1]")]
    [InlineData("Patient.name[a]")]
    [InlineData("Patient.`name`")]
    [InlineData("((((((((((Patient.name))))))))))")]
    [InlineData("Patient.name as")]
    [InlineData("(Patient.name")]
    [InlineData("Patient.name)")]
    public void TryRead_AnythingElse_IsNotRead(string expression) => Assert.Null(ExpressionReader.TryRead(expression));
}

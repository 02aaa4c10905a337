using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Says whether a single resource, by its type, id and version, can be the answer to a request; asked by the answer filters.
/// </summary>
internal static class AnswerFit
{
    public static bool Fits(FhirRequest asked, ResourceFacts facts) =>
        asked.Interaction switch
        {
            Interaction.Read => facts.Type == asked.Type && facts.Id is not null && facts.Id == asked.Id,
            Interaction.VRead => facts.Type == asked.Type
                && facts.Id is not null
                && facts.Id == asked.Id
                && (facts.VersionId is null || facts.VersionId == asked.VersionId),
            Interaction.Create => facts.Type == asked.Type,
            Interaction.Update or Interaction.Patch or Interaction.Delete => facts.Type == asked.Type
                && (asked.Id is null || facts.Id == asked.Id),
            Interaction.SearchType
            or Interaction.SearchSystem
            or Interaction.SearchPage
            or Interaction.HistoryInstance
            or Interaction.HistoryType
            or Interaction.HistorySystem => facts.Type == ResourceType.Bundle,
            Interaction.Operation or Interaction.Capabilities => true,
            _ => false,
        };
}

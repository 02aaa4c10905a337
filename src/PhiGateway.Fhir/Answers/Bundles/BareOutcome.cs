using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Reads an OperationOutcome with which a server answers a search in the place of a Bundle: several servers say so that nothing was found.
/// Used where an answer is no Bundle.
/// </summary>
internal static class BareOutcome
{
    /// <summary>
    /// The Bundle of nothing that it stands for, with it as an entry; null: it is no OperationOutcome, or one that does not say that all went
    /// well. An error under 200 is no empty list, and of a source that was not heard nobody knows what it has.
    /// </summary>
    /// <param name="kind">What the answer must be.</param>
    /// <param name="work">What the filtering of the answer shares.</param>
    /// <param name="answer">The answer, whole, which could not be read as that.</param>
    public static byte[]? Find(BundleKind kind, AnswerWork work, ReadOnlySpan<byte> answer)
    {
        var isOutcome =
            kind == BundleKind.SearchSet
            && work.Options.TakesBareOutcome
            && work.Reader.TryReadWhole(answer, work.Policy, work.Bases, work.Reader.Facts)
            && work.Reader.Facts.Type == ResourceType.OperationOutcome;
        work.Reader.Names.PopTo(0);
        return isOutcome && NeutralOutcome.SaysAllWell(answer)
            ?
            [
                .. "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0,\"entry\":[{\"resource\":"u8,
                .. answer,
                .. ",\"search\":{\"mode\":\"outcome\"}}]}"u8,
            ]
            : null;
    }
}

using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Writes how well an entry matches, as the server says it: its score and the grade of <c>$match</c> (R4 Patient-operation-match). Only for
/// clients from whom nothing of what was asked for can be withheld, since both are told over all that the server found. How far a place is
/// hangs on nothing but the place (<see cref="LocationDistance"/>).
/// </summary>
internal static class MatchGrade
{
    private const int LongestScore = 24;

    // How deep it may be was asked when the entry was read.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    private static readonly byte[][] Grades =
    [
        "certain"u8.ToArray(),
        "probable"u8.ToArray(),
        "possible"u8.ToArray(),
        "certainly-not"u8.ToArray(),
    ];

    private static ReadOnlySpan<byte> GradeUrl => "http://hl7.org/fhir/StructureDefinition/match-grade"u8;

    /// <summary>
    /// Writes them, each with a comma behind it; of the extensions the grade, and how far a place is, alone, since no decision sees what is in
    /// another.
    /// </summary>
    /// <param name="data">The bytes that the entry was read from.</param>
    /// <param name="entry">Where its parts stand.</param>
    /// <param name="isGraded">Score and grade may be told.</param>
    /// <param name="isNear">How far the entry's place is from where the client looks may be told.</param>
    /// <param name="output">Receives them.</param>
    public static void Write(ReadOnlySpan<byte> data, ref EntrySpan entry, bool isGraded, bool isNear, IBufferWriter<byte> output)
    {
        if ((isGraded || isNear) && !entry.SearchExtensions.IsNone)
        {
            WriteExtensions(entry.SearchExtensions.In(data), isGraded, isNear, output);
        }

        if (!isGraded)
        {
            return;
        }

        var score = entry.Score.IsNone ? default : entry.Score.In(data);
        if (IsScore(score))
        {
            output.Write("\"score\":"u8);
            output.Write(score);
            output.Write(","u8);
        }
    }

    private static void WriteExtensions(ReadOnlySpan<byte> extensions, bool isGraded, bool isNear, IBufferWriter<byte> output)
    {
        var grade = isGraded ? FindGrade(extensions) : default;
        if (!grade.IsEmpty)
        {
            output.Write("\"extension\":[{\"url\":\""u8);
            output.Write(GradeUrl);
            output.Write("\",\"valueCode\":\""u8);
            output.Write(grade);
            output.Write("\"}"u8);
        }

        var hasDistance = isNear && LocationDistance.TryWrite(extensions, grade.IsEmpty ? "\"extension\":["u8 : ","u8, output);
        output.Write(hasDistance || !grade.IsEmpty ? "],"u8 : default);
    }

    // A decimal from 0 to 1 (R4 Bundle.entry.search.score); the text is JSON's already.
    private static bool IsScore(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= LongestScore
        && System.Buffers.Text.Utf8Parser.TryParse(text, out double value, out var read)
        && read == text.Length
        && value is >= 0 and <= 1;

    // The grade's own code, from the closed list that it has; anything else is none. Two of them say nothing.
    private static ReadOnlySpan<byte> FindGrade(ReadOnlySpan<byte> extensions)
    {
        var reader = new Utf8JsonReader(extensions, Deep);
        var grade = default(ReadOnlySpan<byte>);
        var found = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var isGrade = false;
            var code = default(ReadOnlySpan<byte>);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isUrl, isCode) = (JsonText.Is(in reader, "url"u8), JsonText.Is(in reader, "valueCode"u8));
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    isGrade |= isUrl && JsonText.Is(in reader, GradeUrl);
                    code = isCode ? CodeOf(ref reader) : code;
                }

                reader.Skip();
            }

            found += isGrade ? 1 : 0;
            grade = isGrade ? code : grade;
        }

        return found == 1 ? grade : default;
    }

    private static ReadOnlySpan<byte> CodeOf(scoped ref Utf8JsonReader reader)
    {
        foreach (var grade in Grades)
        {
            if (JsonText.Is(in reader, grade))
            {
                return grade;
            }
        }

        return default;
    }
}

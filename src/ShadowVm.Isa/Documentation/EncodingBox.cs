using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Documentation;

/// <summary>A stretch of an encoding as it is drawn.</summary>
/// <param name="High">Its highest bit.</param>
/// <param name="Low">Its lowest bit.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Fixed bits, '-' for each ignored one, or the operand with its bits.</param>
internal sealed record EncodingBox(int High, int Low, ElementKind Kind, string Text)
{
    public int Width => High - Low + 1;

    /// <summary>The boxes of an encoding, the highest bits first; bits that are ignored side by side are one.</summary>
    public static List<EncodingBox> Of(Encoding encoding)
    {
        var boxes = new List<EncodingBox>();
        var low = encoding.Bits;
        foreach (var element in encoding.Elements)
        {
            low -= element.Width;
            var kind = element.Kind;
            if (kind == ElementKind.Ignored && boxes.Count > 0 && boxes[^1].Kind == kind)
            {
                boxes[^1] = boxes[^1] with { Low = low, Text = boxes[^1].Text + "-" };
                continue;
            }

            boxes.Add(new EncodingBox(low + element.Width - 1, low, kind, TextOf(element)));
        }

        return boxes;
    }

    private static string TextOf(Element element) => element.Kind switch
    {
        ElementKind.Fixed => Convert.ToString(element.Value, 2).PadLeft(element.Width, '0'),
        ElementKind.Ignored => "-",
        ElementKind.Piece when element.Width == 1 => $"{element.Name}[{element.Low}]",
        ElementKind.Piece => $"{element.Name}[{element.Low + element.Width - 1}:{element.Low}]",
        _ => element.Name,
    };

    /// <summary>The boxes in text, with bit numbers above.</summary>
    public static string Draw(IReadOnlyList<EncodingBox> boxes)
    {
        var (numbers, top, middle, bottom) = (" ", "┌", "│", "└");
        for (var i = 0; i < boxes.Count; i++)
        {
            var box = boxes[i];
            var (high, low) = ($"{box.High}", box.Width > 1 ? $"{box.Low}" : "");
            var width = Math.Max(box.Text.Length, high.Length + low.Length + (low.Length > 0 ? 1 : 0)) + 2;
            numbers += high + new string(' ', width - high.Length - low.Length) + low + " ";
            var isLast = i == boxes.Count - 1;
            top += new string('─', width) + (isLast ? "┐" : "┬");
            bottom += new string('─', width) + (isLast ? "┘" : "┴");
            var left = (width - box.Text.Length) / 2;
            middle += new string(' ', left) + box.Text + new string(' ', width - box.Text.Length - left) + "│";
        }

        return $"{numbers.TrimEnd()}\n{top}\n{middle}\n{bottom}\n";
    }
}

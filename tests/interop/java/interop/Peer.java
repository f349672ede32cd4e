package interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A peer of the interoperability tests: libraries of the JVM behind one line per request (see ../../src/peer.rs). */
public final class Peer {
    /** Takes byte strings and gives byte strings; a {@link Refusal} or a checked exception of a library is a refusal. */
    interface Operation {
        List<byte[]> run(byte[][] arguments) throws Exception;
    }

    /** An operation with one result. */
    interface Function {
        byte[] run(byte[][] arguments) throws Exception;
    }

    /** The library looked at the arguments and refused them. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
    }

    private static final HexFormat HEX = HexFormat.of();

    static Operation one(Function function) {
        return arguments -> List.of(function.run(arguments));
    }

    static void must(boolean accepted) throws Refusal {
        if (!accepted) {
            throw new Refusal();
        }
    }

    static int number(byte[] bytes) {
        return java.nio.ByteBuffer.wrap(bytes).getInt();
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            buffer.put(part);
        }
        return buffer.array();
    }

    private static String answer(Map<String, Operation> operations, String line) {
        String[] words = line.strip().split(" ");
        Operation operation = operations.get(words[0]);
        if (operation == null) {
            return "unsupported";
        }
        byte[][] arguments = new byte[words.length - 1][];
        for (int i = 1; i < words.length; i++) {
            arguments[i - 1] = words[i].equals("-") ? new byte[0] : HEX.parseHex(words[i]);
        }
        try {
            StringBuilder text = new StringBuilder("ok");
            for (byte[] result : operation.run(arguments)) {
                text.append(' ').append(result.length == 0 ? "-" : HEX.formatHex(result));
            }
            return text.toString();
        } catch (IndexOutOfBoundsException | NullPointerException | ClassCastException | NegativeArraySizeException e) {
            e.printStackTrace();
            return "panicked";
        } catch (Exception e) {
            if (System.getenv("INTEROP_VERBOSE") != null) {
                e.printStackTrace();
            }
            return "refused";
        }
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, Operation> operations = switch (arguments[0]) {
            case "bouncycastle" -> BouncyCastle.operations();
            case "kona" -> Kona.operations();
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII), 1 << 20);
        PrintStream out = System.out;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(operations, line));
            out.flush();
        }
    }
}
